// Menus (details), dialogs, the navigation on a phone, and the question before what cannot be undone.
const menus = () => document.querySelectorAll("details.menu[open]");

function closeMenus(except) {
  for (const menu of menus()) if (menu !== except) menu.open = false;
}

function toggleNavigation(event) {
  if (event.target.closest("[data-nav-toggle]")) document.body.classList.toggle("nav-shown");
}

function handleDialog(event) {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  const inside = event.target.closest("[data-dialog-close]");
  if (inside) inside.closest("dialog").close();
  if (event.target.matches("dialog.dialog")) event.target.close();
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  toggleNavigation(event);
  handleDialog(event);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = menus()[0];
  closeMenus();
  open?.querySelector("summary").focus();
  document.body.classList.remove("nav-shown");
});

// <form data-confirm="Delete it?" data-confirm-text="…"> asks first, in a native dialog.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.dataset?.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const dialog = document.getElementById("confirm");
    dialog.querySelector("h2").textContent = form.dataset.confirm;
    dialog.querySelector("[data-confirm-text]").textContent = form.dataset.confirmText ?? "";
    dialog.querySelector("[data-confirm-yes]").textContent = form.dataset.confirmYes ?? "Continue";
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "yes") return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(event.submitter ?? undefined);
      delete form.dataset.confirmed;
    }, { once: true });
  },
  { capture: true },
);

// A form is sent once: its buttons rest until the next page is there.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
});
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("button:disabled").forEach((button) => { button.disabled = false; });
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: "Copied" } }));
});

// A dialog whose form was refused opens again, with the faults in it.
document.querySelector("dialog:has([aria-invalid=true], [role=alert])")?.showModal();

// A page that answered a form: loading it again asks for the page, and does not send the form a second time.
history.replaceState(null, "", location.href);
