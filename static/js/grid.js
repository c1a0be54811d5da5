// A grid of amounts: Enter and the arrows move, a block pasted from a spreadsheet spreads over the cells.

const cells = (row) => [...row.querySelectorAll("input")];
const place = (input) => {
  const row = input.closest("tr");
  const rows = [...row.closest("tbody").rows].filter((one) => one.querySelector("input"));
  return { rows, down: rows.indexOf(row), along: cells(row).indexOf(input) };
};

const put = (input, text) => {
  input.value = text;
  input.classList.remove("is-invalid");
  input.dispatchEvent(new Event("input", { bubbles: true }));
};

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.closest("[data-grid]") || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const { rows, down, along } = place(input);
  const next = rows[down + step] && cells(rows[down + step])[along];
  if (next) {
    next.focus();
    next.select();
  }
});

document.addEventListener("paste", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.closest("[data-grid]")) return;
  const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
  if (!/[\t\n]/.test(text)) return;
  event.preventDefault();
  const { rows, down, along } = place(input);
  text.split("\n").forEach((line, below) => {
    const row = rows[down + below];
    if (!row) return;
    const inputs = cells(row);
    line.split("\t").forEach((value, beside) => {
      if (inputs[along + beside]) put(inputs[along + beside], value.trim());
    });
  });
});
