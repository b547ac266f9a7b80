// Evidence beside its answer; the article and the library over it.

const selected = () => $(".turn.selected");

function select(turn) {
  if (!turn || turn.classList.contains("selected")) return;
  selected()?.classList.remove("selected");
  turn.classList.add("selected");
}

// On a narrow screen evidence is folded under its answer.
function markFold(turn) {
  const show = $(".show", turn);
  if (show) show.setAttribute("aria-expanded", String(!narrow.matches || isOpen(turn)));
}

const isOpen = (turn) => turn.classList.contains("unfolded");

function toggleEvidence(turn) {
  select(turn);
  closeReader(false);
  turn.classList.toggle("unfolded", narrow.matches ? !isOpen(turn) : true);
  markFold(turn);
  const folded = $(".others", turn);
  if (!$(".card", turn) && folded) folded.open = narrow.matches ? true : !folded.open;
  if (!narrow.matches || isOpen(turn)) {
    $(".evidence", turn).scrollTo({ top: 0, behavior: "smooth" });
    if (narrow.matches) $(".evidence", turn).scrollIntoView({ block: "nearest", behavior: "smooth" });
  }
}

function light(turn, number, { reveal = false, focus = false } = {}) {
  unlight();
  if (!turn || !number) return;
  const refs = (node) => (node.dataset.refs ?? node.dataset.ref ?? "").split(" ");
  $$("[data-refs], [data-ref]", turn)
    .filter((node) => refs(node).includes(String(number)))
    .forEach((node) => node.classList.add("lit"));
  if (!reveal) return;
  const target = $(`#${turn.id}-e${number}`);
  if (!target) return;
  select(turn);
  closeReader(false);
  if (narrow.matches) turn.classList.add("unfolded");
  markFold(turn);
  // In one column the answer stands above: scroll no further than needed.
  target.scrollIntoView({ block: narrow.matches ? "nearest" : "center", behavior: motion() });
  if (focus) target.focus({ preventScroll: true });
}

const unlight = () => $$(".lit").forEach((node) => node.classList.remove("lit"));

const motion = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

function toSentence(turn, number) {
  const sentence = $$(".sentence", turn).find((node) =>
    node.dataset.refs.split(" ").includes(String(number)),
  );
  light(turn, number);
  sentence?.scrollIntoView({ block: "center", behavior: motion() });
  $(`.ref[data-ref="${number}"]`, sentence ?? turn)?.focus({ preventScroll: true });
}

function stepMarker(by) {
  const markers = $$(".answer .ref", turns);
  if (!markers.length) return;
  const current = markers.indexOf(document.activeElement);
  const first = markers.indexOf($(".answer .ref", selected() ?? turns));
  const next = current < 0 ? Math.max(first, 0) : current + by;
  markers[Math.min(Math.max(next, 0), markers.length - 1)].focus();
}

function expand(button) {
  const paragraph = button.closest(".passage");
  $$(".more", paragraph).forEach((node) => (node.hidden = false));
  $$(".cut", paragraph).forEach((node) => node.remove());
  button.remove();
}

async function openArticle(button) {
  const numbers = (text) => (text ? text.split(",").map(Number) : []);
  cameFrom = button;
  reader.hidden = false;
  $(".page", reader).innerHTML = `<p class="stage-note">${phrase("opening_article")}</p>`;
  $(".reading-title").textContent = "";
  reader.focus({ preventScroll: true });
  history.pushState({ reader: true }, "");
  try {
    const { title, html } = await call(
      "page_article",
      button.dataset.document,
      numbers(button.dataset.passage),
      JSON.parse(button.dataset.marks ?? "[]"),
      button.dataset.short ?? "",
    );
    $(".reading-title").textContent = title;
    $(".page", reader).innerHTML = html;
  } catch {
    $(".page", reader).innerHTML = `<p class="failure">${phrase("offline")}</p>`;
  }
  const place = $("#article-mark") ?? $("#article-place");
  if (place) place.scrollIntoView({ block: "center" });
  else reader.scrollTop = 0;
}

// `back` also takes the reader's entry off the browser's history.
function closeReader(back = true) {
  const wasOpen = !reader.hidden || pane.classList.contains("shown");
  reader.hidden = true;
  pane.classList.remove("shown");
  if (!wasOpen) return false;
  if (back && history.state?.reader) history.back();
  if (back) cameFrom?.focus();
  return true;
}

function openLibrary(button) {
  if (pane.classList.contains("shown")) return closeReader();
  closeReader(false);
  cameFrom = button;
  pane.classList.add("shown");
  history.pushState({ reader: true }, "");
  $(".leave", pane).focus();
}
