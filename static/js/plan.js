// The action plan: accepting with one key, and answers that replace the plan alone.

document.documentElement.classList.add("js");

// Asked as a plain page: the server answers with a redirect to the plan, of which htmx takes the part it needs.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.closest("#plan")) delete event.detail.headers["HX-Request"];
});

let wantsNext = false;
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "a" || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  if (target.closest("input:not([type=date]), textarea, dialog[open]")) return;
  const button = target.closest("[data-proposal]")?.querySelector("[data-accept]") ?? document.querySelector("[data-accept]");
  if (!button || document.querySelector("dialog[open], .htmx-request")) return;
  event.preventDefault();
  wantsNext = true;
  button.click();
});

document.addEventListener("htmx:afterSettle", () => {
  if (!wantsNext) return;
  wantsNext = false;
  document.querySelector("[data-accept]")?.focus();
});
