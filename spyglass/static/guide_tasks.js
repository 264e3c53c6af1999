// Tasks and questions on the guide's pages: how far one is with each, as the page's stream of events says it.

import { showHints } from "./hints.js";
import { setText } from "./page.js";
import { send } from "./send.js";

let own = null;

/** For the stream of the page. */
export const handlers = {
  own: (now) => {
    own = now;
    paint();
  },
};

function paint() {
  if (!own) return;
  for (const box of document.querySelectorAll("#guide .guide-task")) paintTask(box, own.tasks[box.dataset.task]);
  for (const form of document.querySelectorAll("#guide .guide-quiz")) paintQuestion(form, own.questions[form.dataset.question]);
  for (const line of document.querySelectorAll("#guide-contents li[data-tasks]")) paintCount(line);
}

function paintTask(box, task) {
  if (!task) return;
  box.dataset.mark = task.mark;
  setText(box.querySelector(".shape"), task.shape);
  setText(box.querySelector(".guide-task-state"), task.words + (task.at ? `, first at ${task.at}` : ""));
  const missing = box.querySelector(".guide-task-missing");
  setText(missing, task.message);
  missing.hidden = !task.message;
  showHints(box.querySelector(".hints"), task.hints);
}

function paintCount(line) {
  const tasks = line.dataset.tasks.split(" ").map((id) => own.tasks[id]).filter(Boolean);
  const done = tasks.filter(({ mark }) => mark !== "open" && mark !== "unknown").length;
  const count = line.querySelector(".guide-count");
  setText(count, `${done === tasks.length ? "✔ " : ""}${done} of ${tasks.length}`);
  count.setAttribute("aria-label", `${done} of ${tasks.length} tasks done`);
}

function paintQuestion(form, question) {
  if (!question?.answered || form.dataset.answered) return;
  form.dataset.answered = "yes";
  const given = question.answer.map(String);
  const isChosen = form.querySelector("[type='text']") === null;
  for (const field of form.querySelectorAll("input")) {
    if (isChosen) field.checked = given.includes(field.value);
    else field.value = given[0] ?? "";
    field.disabled = true;
  }
  form.querySelector("button").hidden = true;
  setText(form.querySelector(".guide-quiz-said"), `✔ Right${question.tries > 1 ? `, at the ${nth(question.tries)} try` : ""}.`);
  const because = form.querySelector(".guide-quiz-because");
  setText(because, question.because);
  because.hidden = !question.because;
}

const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };
const nth = (number) => `${number}${ENDINGS[new Intl.PluralRules("en", { type: "ordinal" }).select(number)]}`;

async function answer(form) {
  const said = form.querySelector(".guide-quiz-said");
  const text = form.querySelector("[type='text']");
  const chosen = [...form.querySelectorAll("input:checked")].map(({ value }) => Number(value));
  const given = text ? [text.value.trim()].filter(Boolean) : chosen;
  if (!given.length) return setText(said, text ? "Type an answer first." : "Choose an answer first.");
  setText(said, "");
  const { problem, said: found } = await send("/desk/answer", { question: form.dataset.question, answer: given });
  form.dataset.result = problem || found.right ? "" : "wrong";
  if (problem) return setText(said, problem);
  if (found.answered) {
    paintQuestion(form, found);
    said.tabIndex = -1;
    said.focus();
  } else setText(said, "✘ Not right yet. Try again.");
}

document.addEventListener("guide-shown", paint);
document.addEventListener("submit", (event) => {
  if (!event.target.matches("#guide .guide-quiz")) return;
  event.preventDefault();
  answer(event.target);
});
