// Who matches, while the rule is edited: asks the server a moment after the last change and shows its answer.
import { conditions, unfinished, walk, write } from "./builder_tree.js";

const PATIENCE = 350;

// Which node a fault belongs to: the one at the longest pointer that begins the fault's own, and which of its operands.
function belonging(faults, places) {
  const found = new Map();
  for (const { pointer, detail } of faults) {
    const at = pointer.replace(/^\/rule/, "");
    const spot = [...places.keys()].filter((place) => at === place || at.startsWith(`${place}/`)).sort((one, other) => other.length - one.length)[0];
    const id = places.get(spot ?? "/root");
    const rest = at.slice((spot ?? "").length).split("/").filter(Boolean);
    const operand = rest[0] === "is" ? (rest[1] ?? "operator") : (rest[0] ?? "");
    found.set(id, [...(found.get(id) ?? []), { id, operand, detail }]);
  }
  return found;
}

export function live(form, { shapes, show, tree }) {
  const panel = form.querySelector("[data-live]");
  const waiting = form.querySelector("[data-live-left]");
  let timer = 0;
  let asking = null;

  async function ask() {
    const root = tree();
    const left = [...walk(root)].filter(({ node }) => node.kind !== "group" && unfinished(node, shapes)).length;
    waiting.hidden = left === 0;
    waiting.textContent = left === 1 ? "One condition is not complete yet; the count leaves it out." : `${left} conditions are not complete yet; the count leaves them out.`;
    const { rule, places } = write(root, shapes);
    asking?.abort();
    asking = new AbortController();
    panel.setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams({ rule: conditions(root) > left ? JSON.stringify(rule) : "", id: form.dataset.segment ?? "" });
      const answer = await fetch(form.dataset.preview, { method: "POST", body, signal: asking.signal, headers: { accept: "application/json" } });
      const { html, faults } = await answer.json();
      panel.innerHTML = html;
      show(belonging(faults, places));
      panel.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name === "AbortError") return;
      panel.removeAttribute("aria-busy");
      panel.textContent = "The count did not come. It is asked for again with the next change.";
    }
  }

  function count() {
    clearTimeout(timer);
    timer = setTimeout(ask, PATIENCE);
  }

  return {
    count,
    async start(faults) {
      await ask();
      if (faults.length) show(belonging(faults, write(tree()).places));
    },
  };
}
