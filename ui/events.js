// What the reader does, and what it sets off. Runs last.

const clicks = {
  ".answer .ref": (node, turn, event) =>
    light(turn, node.dataset.ref, { reveal: true, focus: event.detail === 0 }),
  ".evidence .ref": (node, turn) => toSentence(turn, node.dataset.ref),
  ".example": (node) => ask(node.textContent),
  ".retry": (node, turn) => ask(turn.question, turn.limits),
  ".copy": (node, turn) => copy(turn, node),
  ".show": (node, turn) => toggleEvidence(turn),
  ".expand": (node) => expand(node),
  ".open": (node) => openArticle(node),
  ".leave": () => closeReader(),
  ".stop": () => running?.controller.abort(),
  ".build": () => start("page_build", false),
  ".reopen": () => start("page_open"),
  ".dismiss": () => {
    sawBuilding = false;
    $(".banner").hidden = true;
  },
  ".limit": () => togglePanel(panel.hidden),
  ".unlimit": () => unlimit(),
  ".pick": () => picker.click(),
  ".remove": (node) => remove(node.dataset.name),
  ".replace": (node) => {
    const item = node.closest("li");
    item.remove();
    upload([item.file], true);
  },
  ".forget": (node) => node.closest("li").remove(),
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
  // An input method confirms its candidate with Enter; that must not send. (Safari has ended
  // the composition by then, and gives the key away by its old code.)
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
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
  if (!panel.hidden) return togglePanel(false);
  if (closeReader()) return;
  const turn = document.activeElement.closest?.(".turn");
  if (document.activeElement.closest?.(".evidence"))
    return toSentence(turn, document.activeElement.dataset.ref ?? $(".answer .ref", turn)?.dataset.ref);
  if (running) return running.controller.abort();
  document.activeElement.blur();
  unlight();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("textarea, input, select");
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
