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

const UNFINISHED = ["found", "writing"]; // stages that another frame must follow
const EARLIER = 8; // turns that a question is completed from
let turnCount = 0;
let running = null; // { turn, controller } of the question being answered
let cameFrom = null; // what had focus before the reader or the library was opened
let state = { ready: false, generation: "" };
let sawBuilding = false;

// ---- asking -------------------------------------------------------------------------------

async function ask(question, limits = within) {
  if (!question.trim()) return notice("empty_question");
  if (running) return notice("one_at_a_time");
  notice(null);
  const earlier = earlierTurns();
  const turn = newTurn(question, limits);
  const controller = new AbortController();
  running = { turn, controller };
  showRunning();
  const patience = setTimeout(() => waitingNote(turn, "queued"), 4000);
  try {
    const asked = [question, turnCount, earlier, limits.fields, byModel()];
    for await (const frame of frames("page_ask", asked, controller.signal)) {
      clearTimeout(patience);
      place(turn, frame);
    }
    if (UNFINISHED.includes(turn.dataset.stage)) throw new Error("offline");
  } catch (error) {
    if (error.name === "AbortError") fail(turn, "stopped");
    else fail(turn, ["busy", "unexpected"].includes(error.message) ? error.message : "offline");
  } finally {
    clearTimeout(patience);
    running = null;
    showRunning();
    turn.removeAttribute("aria-busy");
  }
  if (turn.dataset.stage === "answered") refresh(); // another process may have changed the library
}

function newTurn(question, limits) {
  const turn = document.createElement("section");
  turnCount += 1;
  turn.className = "turn";
  turn.id = `t${turnCount}`;
  turn.dataset.stage = "reading";
  Object.assign(turn, { question, limits });
  turn.setAttribute("aria-busy", "true");
  turn.innerHTML = `<div class="exchange"><h2 class="question" lang="zh-CN"></h2>
    ${limits.label && `<p class="asked-of">${limits.label}</p>`}<div class="answer"></div></div>
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

// What the server completes a follow-up from: the answered turns, oldest first.
function earlierTurns() {
  return $$(".turn[data-stage=answered]")
    .slice(-EARLIER)
    .map((turn) => ({ q: turn.understood || turn.question, a: turn.spoken }));
}

function waitingNote(turn, key) {
  if (["reading", "found"].includes(turn.dataset.stage))
    $(".answer", turn).innerHTML = `<p class="stage-note">${phrase(key)}</p>`;
}

function place(turn, frame) {
  if (turn.dataset.stage === frame.stage && !UNFINISHED.includes(frame.stage)) return;
  turn.dataset.stage = frame.stage;
  if (turn.shown !== frame.answer) {
    $(".answer", turn).innerHTML = turn.shown = frame.answer;
    $(".evidence", turn).innerHTML = frame.evidence;
  }
  Object.assign(turn, { copy: frame.copy, spoken: frame.spoken, understood: frame.understood });
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
