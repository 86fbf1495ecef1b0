// Parts of the composer: what depends on a choice, choosing several with a search, the template picker, the rail that follows.

// <div data-when="when:at,recurring"> is there only while the field `when` has one of these values.
export function depend(form) {
  const values = new FormData(form);
  for (const element of form.querySelectorAll("[data-when]")) {
    const [name, wanted] = element.dataset.when.split(":");
    element.hidden = !values.getAll(name).some((value) => wanted.split(",").includes(value));
  }
  const many = form.querySelector("[data-many-segments]");
  if (many) many.hidden = values.getAll("segment").length < 2;
}

export function choosers(form, touch) {
  for (const chooser of form.querySelectorAll("[data-chooser]")) {
    const shown = chooser.querySelector("[data-chosen]");
    const empty = shown.dataset.empty;
    chooser.addEventListener("change", (event) => {
      if (!event.target.matches("input[type=checkbox]")) return;
      const chosen = [...chooser.querySelectorAll("input:checked")].map((box) => Object.assign(document.createElement("span"), { className: "badge accent", textContent: box.dataset.label }));
      shown.replaceChildren(...(chosen.length ? chosen : [Object.assign(document.createElement("span"), { className: "muted", textContent: empty })]));
      touch();
    });
    chooser.querySelector("[data-chooser-search]").addEventListener("input", (event) => {
      const words = event.target.value.trim().toLowerCase();
      for (const label of chooser.querySelectorAll("label.menu-item")) label.hidden = !label.textContent.toLowerCase().includes(words);
    });
    chooser.querySelector("[data-chooser-search]").addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      chooser.querySelector("label.menu-item:not([hidden]) input")?.click();
    });
    chooser.querySelector("details").addEventListener("toggle", (event) => {
      if (event.target.open) chooser.querySelector("[data-chooser-search]").focus();
    });
  }
}

export function picker(form, touch) {
  const dialog = document.querySelector("[data-template-picker]");
  const none = dialog.querySelector("[data-picker-none]");
  dialog.querySelector("[data-picker-search]").addEventListener("input", (event) => {
    const words = event.target.value.trim().toLowerCase();
    const choices = [...dialog.querySelectorAll("[data-template-key]")];
    for (const choice of choices) choice.hidden = !choice.dataset.words.includes(words);
    none.hidden = choices.some((choice) => !choice.hidden);
  });
  dialog.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-template-key]");
    if (!choice) return;
    for (const one of dialog.querySelectorAll("[aria-pressed]")) one.removeAttribute("aria-pressed");
    choice.setAttribute("aria-pressed", "true");
    form.querySelector("[data-template-value]").value = choice.dataset.templateKey;
    dialog.close();
    touch();
  });
}

// The rail marks the step in view.
export function follow(form) {
  const steps = new Map([...form.querySelectorAll(".step-card")].map((card) => [card.id, 0]));
  const watcher = new IntersectionObserver((seen) => {
    for (const one of seen) steps.set(one.target.id, one.isIntersecting ? one.intersectionRect.height : 0);
    const [current] = [...steps].sort(([, one], [, other]) => other - one)[0];
    for (const link of form.querySelectorAll("[data-step]")) {
      if (link.dataset.step === current) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    }
  }, { threshold: [0, 0.2, 0.4, 0.6, 0.8, 1], rootMargin: "-60px 0px 0px 0px" });
  for (const id of steps.keys()) watcher.observe(document.getElementById(id));
}
