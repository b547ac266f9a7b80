// What questions are put to: which collection, which of its documents, and who writes the answer.

const collection = new URLSearchParams(location.search).get("collection") ?? "";
const panel = $("form.scope");
const everything = { fields: {}, label: "" };
const several = ["documents", "publishers"]; // fields that could name more than one
let within = everything;

function togglePanel(open) {
  panel.hidden = !open;
  $(".limit").setAttribute("aria-expanded", String(open));
  if (!open) return $(".limit").focus();
  $("input", panel).focus();
  for (const input of $$("input", panel)) if (input.list) offer(input);
}

// The server looks for what a field offers: all names of a large library would burden the page.
async function offer(input) {
  const part = input.value;
  try {
    const options = await call("page_offers", input.name, part);
    if (input.value === part) input.list.innerHTML = options;
  } catch {
    // the field takes any name without an offer
  }
}

async function limit() {
  const fields = {};
  for (const { name, value } of $$("input", panel))
    if (value.trim()) fields[name] = several.includes(name) ? [value.trim()] : value.trim();
  if (!Object.keys(fields).length) return unlimit();
  let told;
  try {
    told = await call("page_scope", fields);
  } catch {
    told = { error: phrase("offline") };
  }
  $(".scope-error").innerHTML = told.error;
  if (told.error) return;
  within = { fields, label: told.label };
  showLimits();
  togglePanel(false);
}

function unlimit() {
  panel.reset();
  $(".scope-error").innerHTML = "";
  within = everything;
  showLimits();
  togglePanel(false);
}

function showLimits() {
  $(".scope-label").innerHTML = within.label || phrase("scope_all");
  $(".options .unlimit").hidden = within === everything;
  $(".within").classList.toggle("limited", within !== everything);
}

const byModel = () => Boolean($("select.writer").value);

function showOptions(next) {
  $(".choice.within").hidden = !(next.documents > 1) && within === everything;
  $("select.writer").closest(".choice").hidden = !next.model;
  $("select.writer").options[0].textContent = next.model;
  const chooser = $("select.collection");
  const names = next.collections ?? [];
  chooser.closest(".choice").hidden = names.length < 2;
  chooser.replaceChildren(...names.map((name) => new Option(name, name)));
  chooser.value = next.collection;
}

// A collection is a page of its own: its address can be kept, its conversation starts anew.
$("select.collection").addEventListener("change", (event) => {
  location.search = new URLSearchParams({ collection: event.target.value });
});

panel.addEventListener("input", ({ target }) => {
  if (target.list) offer(target);
});
panel.addEventListener("submit", (event) => {
  event.preventDefault();
  limit();
});

// Words that no style sheet can choose between: placeholders, and what stands in a menu.
function translate(language) {
  for (const node of $$("[data-of]")) {
    const words = node.getAttribute(`data-${language}`);
    if (node.dataset.of === "text") node.textContent = words;
    else node.setAttribute(node.dataset.of, words);
  }
}
