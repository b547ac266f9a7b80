// Adding files: picked or dropped, sent one after another, then taken in by a rebuild.

const picker = $("input.files");
const OURS = ["added", "replaced"]; // outcomes that a rebuild must follow

async function upload(files, replace = false) {
  if (files.length > Number(picker.dataset.count))
    return tell(newItem({ name: `${files[0].name} … (${files.length})` }), phrase("upload_many"));
  let changed = false;
  for (const file of files) changed = (await send(file, replace)) || changed;
  if (changed) start("page_build", true);
}

// One file; whether the library has to be built again.
async function send(file, replace) {
  const item = newItem(file);
  if (file.size > Number(picker.dataset.max)) return tell(item, phrase("upload_large"));
  let told;
  try {
    told = await put(file, replace, (share) => ($("progress", item).value = share));
  } catch {
    return tell(item, phrase("offline"));
  }
  if (OURS.includes(told.outcome)) {
    item.remove();
    return true;
  }
  tell(item, told.html ?? phrase(`upload_${told.outcome}`));
  $(".replace", item).hidden = told.outcome !== "taken";
  return false;
}

function newItem(file) {
  const item = document.createElement("li");
  item.innerHTML = `<span class="name" lang="zh-CN"></span><progress max="1" value="0"></progress>
    <span class="said">${phrase("upload_sending")}</span>
    <button type="button" class="quiet replace" hidden>${phrase("upload_replace")}</button>
    <button type="button" class="quiet forget" hidden>${phrase("dismiss")}</button>`;
  $(".name", item).textContent = file.name;
  item.file = file;
  $(".uploading").append(item);
  return item;
}

function tell(item, html) {
  $("progress", item).remove();
  $(".said", item).innerHTML = html;
  $(".forget", item).hidden = false;
  return false;
}

// fetch tells nothing of how far a body has gone; XMLHttpRequest does.
function put(file, replace, progress) {
  const asked = new URLSearchParams({ collection, name: file.name, replace: replace ? "1" : "0" });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `youju/upload?${asked}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    request.onload = () => (request.response ? resolve(request.response) : reject(new Error("offline")));
    request.onerror = () => reject(new Error("offline"));
    request.send(file);
  });
}

async function remove(name) {
  let error;
  try {
    error = await call("page_remove", name);
  } catch {
    error = phrase("offline");
  }
  if (error) tell(newItem({ name }), error);
  else start("page_build", true);
}

function showUploads(next) {
  $(".upload").hidden = !next.uploads;
  for (const button of $$(".view .pick")) button.hidden = !next.uploads;
  const uploaded = $(".uploaded");
  if (uploaded.dataset.html !== next.uploaded)
    uploaded.dataset.html = uploaded.innerHTML = next.uploaded ?? "";
}

picker.addEventListener("change", () => {
  upload([...picker.files]);
  picker.value = "";
});

const brings = (event) => state.uploads && event.dataTransfer?.types.includes("Files");
element.addEventListener("dragover", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  $(".drop").hidden = false;
});
element.addEventListener("dragleave", (event) => {
  if (!element.contains(event.relatedTarget)) $(".drop").hidden = true;
});
element.addEventListener("drop", (event) => {
  $(".drop").hidden = true;
  if (!brings(event)) return;
  event.preventDefault();
  upload([...event.dataTransfer.files]);
});
