// <form data-upload data-start="/console/imports/uploads"> asks for a presigned POST, sends the file straight to the bucket with
// progress, and then goes on to the page that reads it.
const size = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

function megabytes(bytes) {
  return `${size.format(bytes / 1e6)} MB`;
}

function say(form, text) {
  form.querySelector("[data-upload-text]").textContent = text;
}

async function ask(form, file) {
  const body = new FormData(form);
  body.delete("file");
  body.set("filename", file.name);
  body.set("size", file.size);
  const answer = await fetch(form.dataset.start, { method: "POST", body: new URLSearchParams(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail);
  return told;
}

function send(form, { url, fields }, file) {
  const bar = form.querySelector("progress");
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.upload.onprogress = ({ loaded, total }) => {
      bar.value = (loaded / total) * 100;
      say(form, `Uploading ${file.name}: ${megabytes(loaded)} of ${megabytes(total)}`);
    };
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error("The file store refused the file.")));
    request.onerror = () => reject(new Error("The upload was interrupted. Try again."));
    request.send(body);
  });
}

async function upload(form, file) {
  const panel = form.querySelector("[data-upload-progress]");
  panel.hidden = false;
  try {
    say(form, `Preparing ${file.name}`);
    const grant = await ask(form, file);
    await send(form, grant, file);
    say(form, "Reading the first rows");
    location.assign(grant.next);
  } catch (error) {
    panel.hidden = true;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: error.message, bad: true } }));
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-upload]");
  if (form && event.target.type === "file" && event.target.files[0]) upload(form, event.target.files[0]);
});

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.target.closest?.(".dropzone")?.classList.toggle("over", kind === "dragenter" || kind === "dragover");
  });
}
