// What was found in a source, shown at the fields of its form.
import { el, icon } from "./builder_elements.js";

// Each is {field, level, text}; a fault opens what is folded around its field.
export function showFindings(form, findings) {
  for (const slot of form.querySelectorAll("[data-findings], [data-findings-rest]")) slot.replaceChildren();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const { field, level, text } of findings) {
    const slot = form.querySelector(`[data-field="${CSS.escape(field)}"] [data-findings]`) ?? form.querySelector("[data-findings-rest]");
    slot.append(el("p", { class: `finding ${level}` }, icon(level === "fault" ? "circle-alert" : "triangle-alert"), el("span", {}, text)));
    if (level !== "fault") continue;
    form.elements[field]?.setAttribute("aria-invalid", "true");
    slot.closest("details")?.setAttribute("open", "");
  }
}
