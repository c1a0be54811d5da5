// The board of the pipeline: a card is dragged to another stage, or carried there with Shift and an arrow key.
// Either way the card's own form is sent, which works without this script too.

const board = document.querySelector("[data-pipeline]");
const columns = board ? [...board.querySelectorAll("[data-stage]")] : [];

function carry(card, column) {
  const form = card.querySelector("form");
  if (!form || !column || column.contains(card)) return;
  form.elements.stage.value = column.dataset.stage;
  card.classList.add("is-leaving");
  form.requestSubmit();
}

let dragged = null;
if (board) {
  for (const card of board.querySelectorAll("[data-card]")) {
    card.draggable = true;
    const link = card.querySelector("a");
    link.draggable = false;
    link.setAttribute("aria-keyshortcuts", "Shift+ArrowRight Shift+ArrowLeft");
  }
  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-card]");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.id);
    dragged.classList.add("is-dragged");
  });
  board.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    for (const column of columns) column.classList.remove("is-target");
  });
  board.addEventListener("dragover", (event) => {
    const column = event.target.closest("[data-stage]");
    if (!dragged || !column) return;
    event.preventDefault();
    for (const one of columns) one.classList.toggle("is-target", one === column && !column.contains(dragged));
  });
  board.addEventListener("drop", (event) => {
    const column = event.target.closest("[data-stage]");
    if (!dragged || !column) return;
    event.preventDefault();
    carry(dragged, column);
  });
  board.addEventListener("keydown", (event) => {
    const card = event.target.closest("[data-card]");
    if (!card || !event.shiftKey || event.target.matches("select, input")) return;
    const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const here = columns.findIndex((column) => column.contains(card));
    carry(card, columns[here + (forward === "ArrowRight" ? step : -step)]);
  });
  // After a move the card that was moved has the focus again; the browser's own jump to it comes first.
  const moved = window.location.hash.startsWith("#o-") ? document.getElementById(window.location.hash.slice(1)) : null;
  moved?.classList.add("is-moved");
  const take = () => window.setTimeout(() => moved?.querySelector("a").focus(), 50);
  if (document.readyState === "complete") take();
  else window.addEventListener("load", take);
}
