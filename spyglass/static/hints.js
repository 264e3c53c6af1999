// Hints of a task, one by one: those that were opened, and a button for the next one.

import { button, element, setText } from "./page.js";
import { send } from "./send.js";

/** Draw them into the box; `{opened, of}` as the server says it. */
export function showHints(box, { opened, of }) {
  box.hidden = of === 0;
  if (of === 0) return;
  const list = box.querySelector("ol") ?? box.appendChild(element("ol", "hints-open"));
  while (list.children.length > opened.length) list.lastElementChild.remove();
  opened.forEach((text, index) => {
    setText(list.children[index] ?? list.appendChild(element("li", "hint")), text);
  });
  list.hidden = opened.length === 0;
  list.classList.toggle("single", of === 1);
  let next = box.querySelector("button");
  if (opened.length === of) {
    if (next === document.activeElement) list.lastElementChild.tabIndex = -1;
    if (next === document.activeElement) list.lastElementChild.focus();
    next?.remove();
    return;
  }
  if (!next) {
    next = box.appendChild(button("quiet hints-next"));
    box.append(element("span", "hints-said"));
    box.lastElementChild.setAttribute("role", "status");
    next.addEventListener("click", () => open(box, Number(next.dataset.number)));
  }
  next.dataset.number = opened.length + 1;
  setText(next, of === 1 ? "Hint" : `Hint ${opened.length + 1} of ${of}`);
}

async function open(box, number) {
  const { problem, said } = await send("/desk/hint", { task: box.dataset.task, number });
  setText(box.querySelector(".hints-said"), problem);
  if (!problem) showHints(box, said);
}
