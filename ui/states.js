// The page's state, language, light and dark.

let refreshing; // the timer of the next look, of which one is enough

async function refresh() {
  let next;
  try {
    next = await call("page_state");
  } catch {
    next = { ...state, main: offlineView(), opening: true };
  }
  show(next);
  clearTimeout(refreshing);
  if (next.opening || next.building) refreshing = setTimeout(refresh, 500);
}

function show(next) {
  const stage = $(".stage");
  if (stage.dataset.html !== next.main) {
    stage.dataset.html = next.main;
    stage.innerHTML = next.main;
  }
  if (next.holdings !== undefined && next.generation !== state.generation)
    $(".holdings").innerHTML = next.holdings;
  showOptions(next);
  showUploads(next);
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
  $(".to-library").disabled = !next.ready && !next.uploads;
  $(".bar .build").disabled = next.building || !next.ready;
}

const offlineView = () => `<div class="view"><h1>${phrase("error")}</h1><p>${phrase("offline")}</p></div>`;

async function start(name, ...data) {
  try {
    sawBuilding = name === "page_build" || sawBuilding;
    await call(name, ...data);
  } catch {
    // refresh says that the server is away
  }
  refresh();
}

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
  translate(language);
  box.setAttribute("aria-label", box.getAttribute(`data-${language}-aria-label`));
  const hint = box.dataset.off === "true" ? "off" : "placeholder";
  box.placeholder = box.getAttribute(`data-${language}-${hint}`);
}

function applyTheme() {
  document.body.classList.toggle("dark", root.dataset.theme === "dark");
}
