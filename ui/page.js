// The page's behaviour. Gradio runs this once with `element`, the root of the page's HTML.
// The server renders every answer; this script places what it sends, and links markers,
// evidence and article. A turn keeps its own evidence inside it, so nothing is held elsewhere.

const root = document.documentElement;
const $ = (selector, within = element) => within.querySelector(selector);
const $$ = (selector, within = element) => [...within.querySelectorAll(selector)];
const narrow = matchMedia("(max-width: 959px)");
const phrase = (key) => $(`[data-phrase="${key}"]`).innerHTML;

const box = $("textarea");
const form = $("form.ask");
const scroll = $(".scroll");
const turns = $(".turns");
const reader = $(".reader");
const pane = $(".pane");

let turnCount = 0;
let running = null; // { turn, controller } of the question being answered
let cameFrom = null; // what had focus before the reader or the library was opened
let state = { ready: false, generation: "" };
let sawBuilding = false;

// ---- talking to the server --------------------------------------------------------------

async function call(name, ...data) {
  const response = await fetch(`gradio_api/run/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data }),
  });
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return (await response.json()).data[0];
}

// Frames of a streaming endpoint, over Gradio's documented two calls: post, then listen.
async function* frames(name, data, signal) {
  const posted = await fetch(`gradio_api/call/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data }),
    signal,
  });
  if (posted.status === 503) throw new Error("busy");
  if (!posted.ok) throw new Error("unexpected");
  const { event_id: id } = await posted.json();
  const stream = await fetch(`gradio_api/call/${name}/${id}`, { signal });
  const lines = stream.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await lines.read();
    if (done) return;
    const messages = (rest + value).split("\n\n");
    rest = messages.pop();
    for (const message of messages) {
      const event = /^event: (.*)$/m.exec(message)?.[1];
      const payload = JSON.parse(/^data: (.*)$/m.exec(message)?.[1] ?? "null");
      if (event === "error") throw new Error("unexpected");
      if (event === "complete") return;
      if (event === "generating") yield payload[0];
    }
  }
}

// ---- asking -------------------------------------------------------------------------------

async function ask(question) {
  if (!question.trim()) return notice("empty_question");
  if (running) return notice("one_at_a_time");
  notice(null);
  const turn = newTurn(question);
  const controller = new AbortController();
  running = { turn, controller };
  showRunning();
  const patience = setTimeout(() => waitingNote(turn, "queued"), 4000);
  try {
    for await (const frame of frames("page_ask", [question, turnCount], controller.signal)) {
      clearTimeout(patience);
      place(turn, frame);
    }
    if (turn.dataset.stage === "found") throw new Error("offline");
  } catch (error) {
    if (error.name === "AbortError") fail(turn, "stopped");
    else fail(turn, ["busy", "unexpected"].includes(error.message) ? error.message : "offline");
  } finally {
    clearTimeout(patience);
    running = null;
    showRunning();
    turn.removeAttribute("aria-busy");
  }
}

function newTurn(question) {
  const turn = document.createElement("section");
  turnCount += 1;
  turn.className = "turn";
  turn.id = `t${turnCount}`;
  turn.dataset.stage = "reading";
  turn.question = question;
  turn.setAttribute("aria-busy", "true");
  turn.innerHTML = `<div class="exchange"><h2 class="question" lang="zh-CN"></h2>
    <div class="answer"></div></div>
    <section class="evidence" id="t${turnCount}-evidence" tabindex="-1"></section>`;
  $(".question", turn).textContent = question;
  turns.append(turn);
  $(".chat").classList.add("talking");
  waitingNote(turn, "reading");
  select(turn);
  closeReader(false);
  turn.scrollIntoView({ block: "start" });
  return turn;
}

function waitingNote(turn, key) {
  if (["reading", "found"].includes(turn.dataset.stage))
    $(".answer", turn).innerHTML = `<p class="stage-note">${phrase(key)}</p>`;
}

function place(turn, frame) {
  if (turn.dataset.stage === frame.stage && frame.stage !== "found") return;
  turn.dataset.stage = frame.stage;
  $(".answer", turn).innerHTML = frame.answer;
  $(".evidence", turn).innerHTML = frame.evidence;
  turn.copy = frame.copy;
  if (frame.spoken) $(".spoken").textContent = frame.spoken;
  markFold(turn);
}

function fail(turn, key) {
  turn.dataset.stage = "failed";
  const title = key === "stopped" ? "" : `<strong>${phrase("error")}</strong>`;
  $(".answer", turn).innerHTML = `<div class="failure" role="alert">${title}<p>${phrase(key)}</p>
    <div class="actions"><button type="button" class="quiet retry">${phrase("retry")}</button></div></div>`;
}

function showRunning() {
  $(".send").hidden = Boolean(running);
  $(".stop").hidden = !running;
}

function notice(key) {
  $(".notice").innerHTML = key ? phrase(key) : "";
  if (key) box.focus();
}

async function copy(turn, button) {
  const label = button.innerHTML;
  let done = "copied";
  try {
    await copyText(turn.copy);
  } catch {
    done = "copy_failed";
  }
  button.innerHTML = phrase(done);
  setTimeout(() => (button.innerHTML = label), 1600);
}

async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Off localhost without https the clipboard is closed to scripts; a selection is not.
  const area = Object.assign(document.createElement("textarea"), { value: text });
  element.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copy");
}

// ---- evidence -----------------------------------------------------------------------------

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
  target.scrollIntoView({ block: "center", behavior: motion() });
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

// ---- the article and the library --------------------------------------------------------

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

// ---- the page's state ---------------------------------------------------------------------

async function refresh() {
  let next;
  try {
    next = await call("page_state");
  } catch {
    next = { ...state, main: offlineView(), opening: true };
  }
  show(next);
  if (next.opening || next.building) setTimeout(refresh, 500);
}

function show(next) {
  const stage = $(".stage");
  if (stage.dataset.html !== next.main) {
    stage.dataset.html = next.main;
    stage.innerHTML = next.main;
  }
  if (next.holdings !== undefined && next.generation !== state.generation)
    $(".holdings").innerHTML = next.holdings;
  const banner = $(".banner");
  sawBuilding ||= next.building;
  const told = sawBuilding ? next.banner : "";
  if (banner.dataset.html !== told) {
    banner.dataset.html = told;
    banner.innerHTML = told;
  }
  banner.hidden = !told;
  state = next;
  const usable = next.ready || next.opening;
  box.disabled = $(".send").disabled = !usable;
  box.dataset.off = String(!usable);
  applyLanguage();
  $(".columns").classList.toggle("alone", !next.ready && !turnCount);
  $(".to-library").disabled = !next.ready;
  $(".bar .build").disabled = next.building || !next.ready;
}

const offlineView = () => `<div class="view"><h1>${phrase("error")}</h1><p>${phrase("offline")}</p></div>`;

async function start(name) {
  try {
    sawBuilding = name === "page_build" || sawBuilding;
    await call(name);
  } catch {
    // refresh says that the server is away
  }
  refresh();
}

// ---- language, light and dark ---------------------------------------------------------------

function keep(key, value) {
  root.dataset[key] = value;
  try {
    localStorage.setItem(`youju-${key}`, value);
  } catch {
    // a browser may forbid storage; the choice then lasts as long as the page
  }
}

function applyLanguage() {
  const language = root.dataset.language;
  root.lang = language === "en" ? "en" : "zh-CN";
  box.setAttribute("aria-label", box.getAttribute(`data-${language}-aria-label`));
  const hint = box.dataset.off === "true" ? "off" : "placeholder";
  box.placeholder = box.getAttribute(`data-${language}-${hint}`);
}

function applyTheme() {
  document.body.classList.toggle("dark", root.dataset.theme === "dark");
}

// ---- events -------------------------------------------------------------------------------

const clicks = {
  ".answer .ref": (node, turn, event) =>
    light(turn, node.dataset.ref, { reveal: true, focus: event.detail === 0 }),
  ".evidence .ref": (node, turn) => toSentence(turn, node.dataset.ref),
  ".example": (node) => ask(node.textContent),
  ".retry": (node, turn) => ask(turn.question),
  ".copy": (node, turn) => copy(turn, node),
  ".show": (node, turn) => toggleEvidence(turn),
  ".expand": (node) => expand(node),
  ".open": (node) => openArticle(node),
  ".leave": () => closeReader(),
  ".stop": () => running?.controller.abort(),
  ".build": () => start("page_build"),
  ".reopen": () => start("page_open"),
  ".dismiss": () => {
    sawBuilding = false;
    $(".banner").hidden = true;
  },
  ".to-library": (node) => openLibrary(node),
  ".language": () => {
    keep("language", root.dataset.language === "en" ? "zh" : "en");
    applyLanguage();
  },
  ".theme": () => {
    keep("theme", root.dataset.theme === "dark" ? "light" : "dark");
    applyTheme();
  },
};

element.addEventListener("click", (event) => {
  const turn = event.target.closest(".turn");
  for (const [selector, action] of Object.entries(clicks)) {
    const node = event.target.closest(selector);
    if (!node) continue;
    event.preventDefault();
    return action(node, turn, event);
  }
  if (turn && !event.target.closest(".evidence")) select(turn);
});

// Hover and focus on either end of a link light the other.
for (const type of ["pointerover", "focusin"])
  element.addEventListener(type, (event) => {
    const node = event.target.closest(".ref, mark[data-ref]");
    const turn = event.target.closest(".turn");
    if (!node || !turn || event.pointerType === "touch") return;
    const inAnswer = Boolean(node.closest(".answer"));
    const reveal = inAnswer && !narrow.matches && (type === "focusin" || turn === selected());
    light(turn, node.dataset.ref, { reveal: reveal && reader.hidden });
  });
element.addEventListener("pointerout", (event) => {
  if (event.target.closest(".ref, mark[data-ref]") && event.pointerType !== "touch") unlight();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = box.value;
  if (question.trim() && !running) {
    box.value = "";
    grow();
  }
  ask(question);
});

box.addEventListener("keydown", (event) => {
  // An input method confirms its candidate with Enter; that must not send.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
box.addEventListener("input", () => {
  notice(null);
  grow();
});

function grow() {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 180)}px`;
}

function escapeKey() {
  if (closeReader()) return;
  const turn = document.activeElement.closest?.(".turn");
  if (document.activeElement.closest?.(".evidence"))
    return toSentence(turn, document.activeElement.dataset.ref ?? $(".answer .ref", turn)?.dataset.ref);
  if (running) return running.controller.abort();
  document.activeElement.blur();
  unlight();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("textarea, input");
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") return escapeKey();
  if (typing) return;
  if (event.key === "/") {
    event.preventDefault();
    closeReader();
    box.focus();
  } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    if (!reader.hidden) return;
    event.preventDefault();
    stepMarker(event.key === "ArrowRight" ? 1 : -1);
  }
});

addEventListener("popstate", () => closeReader(false));
narrow.addEventListener("change", () => $$(".turn").forEach(markFold));

// The newest turn may fill the view, so that a question can rise to its top.
new ResizeObserver(() => scroll.style.setProperty("--view", `${scroll.clientHeight}px`)).observe(scroll);

applyLanguage();
applyTheme();
refresh();
if (!narrow.matches) box.focus({ preventScroll: true });
