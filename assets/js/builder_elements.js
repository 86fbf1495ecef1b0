// Making elements: `el("button", { class: "btn", type: "button", onclick }, "Text")`; texts are texts, never HTML.
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "value") made.value = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  made.append(use);
  return made;
}

// A select of [value, label] pairs, or of {label, options} groups.
export function select(options, chosen, onchange, attributes = {}) {
  const option = ([value, label]) => el("option", { value, selected: value === chosen }, label);
  const made = el("select", { class: "select", onchange: (event) => onchange(event.target.value), ...attributes });
  made.append(...options.map((each) => (Array.isArray(each) ? option(each) : el("optgroup", { label: each.label }, each.options.map(option)))));
  made.value = chosen ?? "";
  return made;
}
