// What every page can do. Listeners sit on the document, so parts swapped in by htmx need no wiring.

const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

// --- theme ---------------------------------------------------------------------------------------
const order = ["auto", "light", "dark"];
const themeButtons = () => document.querySelectorAll("[data-theme-button]");
const labelThemes = () => {
  for (const button of themeButtons()) {
    const choice = window.prmTheme.choice();
    button.hidden = false;
    const label = button.dataset[`label${choice[0].toUpperCase()}${choice.slice(1)}`];
    button.setAttribute("aria-label", label);
    button.title = label;
  }
};
labelThemes();

// --- tabs ----------------------------------------------------------------------------------------
// Where not all tabs fit, the one that is open is scrolled into sight, and the edges fade that hide others.
for (const tabs of document.querySelectorAll(".tabs")) {
  const fade = () => {
    const start = Math.abs(tabs.scrollLeft);
    const left = document.dir === "rtl" ? tabs.scrollWidth - tabs.clientWidth - start : start;
    tabs.classList.toggle("has-before", left > 1);
    tabs.classList.toggle("has-after", left + tabs.clientWidth < tabs.scrollWidth - 1);
  };
  const here = tabs.querySelector("[aria-current]");
  if (here && tabs.scrollWidth > tabs.clientWidth) {
    const [tab, box] = [here.getBoundingClientRect(), tabs.getBoundingClientRect()];
    tabs.scrollLeft += (tab.left + tab.right - box.left - box.right) / 2;
  }
  tabs.addEventListener("scroll", fade, { passive: true });
  new ResizeObserver(fade).observe(tabs);
}

// --- clicks --------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const themeButton = closest(event, "[data-theme-button]");
  if (themeButton) {
    window.prmTheme.choose(order[(order.indexOf(window.prmTheme.choice()) + 1) % order.length]);
    labelThemes();
    return;
  }
  const opener = closest(event, "[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      closeMenus();
      dialog.showModal();
    }
    return;
  }
  const closer = closest(event, "[data-close]");
  if (closer) closer.closest("dialog")?.close();
  const dismiss = closest(event, "[data-dismiss]");
  if (dismiss) dismiss.closest("[data-flash], .toast-note")?.remove();
  if (event.target instanceof HTMLDialogElement) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.detail) event.target.close();
  }
  const burger = closest(event, "[data-nav-toggle]");
  if (burger) setNavigation(!document.body.classList.contains("nav-open"));
  else if (document.body.classList.contains("nav-open") && !closest(event, ".sidebar")) setNavigation(false);
  closeMenus(closest(event, "details.menu"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (open) {
    open.removeAttribute("open");
    open.querySelector("summary")?.focus();
  } else if (document.body.classList.contains("nav-open")) {
    setNavigation(false);
    document.querySelector("[data-nav-toggle]")?.focus();
  }
});

// Arrow keys walk through an open menu, as people expect of menus.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const menu = closest(event, "details.menu[open]");
  if (!menu) return;
  const items = [...menu.querySelectorAll(".dropdown-item")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  const next = items[(items.indexOf(document.activeElement) + step + items.length) % items.length];
  if (next) {
    event.preventDefault();
    next.focus();
  }
});

function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.removeAttribute("open");
}

function setNavigation(open) {
  document.body.classList.toggle("nav-open", open);
  document.querySelector("[data-nav-toggle]")?.setAttribute("aria-expanded", String(open));
}

// --- tables --------------------------------------------------------------------------------------
function markTables(root = document) {
  for (const link of root.querySelectorAll("th [data-sort]")) {
    if (link.dataset.sort !== "none") link.closest("th").setAttribute("aria-sort", link.dataset.sort);
  }
  for (const wrap of root.querySelectorAll(".table-wrap, .chart-scroll, .scroll-strip")) {
    watcher.observe(wrap);
    measure(wrap);
    wrap.addEventListener("scroll", () => markEdges(wrap), { passive: true });
  }
}

// Which edges something goes on beyond; from right to left the distance is negative.
function markEdges(wrap) {
  const gone = Math.abs(wrap.scrollLeft);
  wrap.classList.toggle("has-less", gone > 2);
  wrap.classList.toggle("has-more", wrap.scrollWidth - wrap.clientWidth - gone > 2);
}

// What scrolls sideways scrolls in its own box, and must be reachable by keyboard.
function measure(wrap) {
  const wide = wrap.scrollWidth > wrap.clientWidth + 1;
  wrap.classList.toggle("is-wide", wide);
  markEdges(wrap);
  if (wrap.matches(".scroll-strip")) return; // its links are reached one by one
  if (!wide) {
    wrap.removeAttribute("tabindex");
    wrap.removeAttribute("role");
    return;
  }
  wrap.tabIndex = 0;
  wrap.setAttribute("role", "group");
  if (!wrap.hasAttribute("aria-label")) {
    const name = wrap.closest(".card")?.querySelector(".card-title") ?? document.querySelector("h1");
    wrap.setAttribute("aria-label", name?.textContent.trim() || "Table");
  }
}

const watcher = new ResizeObserver((entries) => entries.forEach((entry) => measure(entry.target)));
markTables();
document.addEventListener("htmx:afterSettle", () => markTables());

// --- marks ---------------------------------------------------------------------------------------
for (const box of document.querySelectorAll("[data-mark-all-box]")) box.hidden = false;
document.addEventListener("change", (event) => {
  const all = closest(event, "[data-mark-all]");
  if (all) for (const mark of document.getElementsByName(all.dataset.markAll)) mark.checked = all.checked;
});

// --- forms ---------------------------------------------------------------------------------------
// The first field in need of another look gets the focus; a form comes back with everything that was typed.
document.querySelector("form[method=post] .field .is-invalid")?.focus();

// A second press of the same button while the first is under way would be refused as stale.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  else putAside(form);
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What was typed outlives a sign-in that ran out, a failure or a refusal: it stays in this tab until the form has gone
// through, and stands on the form again for the same person. Never passwords, never files, an hour at most.
const TYPED = "prm.typed";
const person = document.documentElement.dataset.person;
const shelf = {
  read() { try { return JSON.parse(sessionStorage.getItem(TYPED)); } catch { return null; } },
  write(typed) { try { sessionStorage.setItem(TYPED, JSON.stringify(typed)); } catch { /* forbidden or full */ } },
  clear() { try { sessionStorage.removeItem(TYPED); } catch { /* forbidden */ } },
};
const isTyped = (field) => field.name && !field.disabled && !["hidden", "password", "file", "submit", "button"].includes(field.type);

function putAside(form) {
  if (!person || !form.closest("main") || form.querySelector("[type=password]")) return;
  const fields = [...form.elements].filter(isTyped);
  if (!fields.some((field) => field.matches("textarea, input:not([type=checkbox], [type=radio])") && field.value)) return;
  const values = fields.map((field) => [field.name, field.value, field.checked ?? null]);
  shelf.write({ person, action: form.action, at: Date.now(), values });
}

function bringBack() {
  const typed = shelf.read();
  if (!typed) return;
  if (!person || document.body.classList.contains("bare") || document.querySelector("[data-interrupted]")) {
    shelf.write({ ...typed, interrupted: true });
    if (!typed.interrupted) say("What you had typed is kept in this tab: open the form again, and it stands there.");
    return;
  }
  if (!typed.interrupted || typed.person !== person || Date.now() - typed.at > 3600000) {
    shelf.clear();
    return;
  }
  const form = [...document.querySelectorAll("main form[method=post]")].find((one) => one.action === typed.action);
  if (!form) return;
  shelf.clear();
  const waiting = [...typed.values];
  for (const field of [...form.elements].filter(isTyped)) {
    const choice = ["checkbox", "radio"].includes(field.type);
    const place = waiting.findIndex(([name, value]) => name === field.name && (!choice || value === field.value));
    if (place < 0) continue;
    const [[, value, checked]] = waiting.splice(place, 1);
    if (choice) field.checked = checked;
    else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  for (let part = form; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  for (const part of form.querySelectorAll("details")) part.open = true;
  const note = document.createElement("p");
  note.className = "notice tone-blue";
  note.setAttribute("role", "status");
  note.textContent = "What you had typed stands here again. It has not been sent yet.";
  form.prepend(note);
  note.scrollIntoView({ block: "center" });
}
bringBack();

// In a text of several lines Enter begins the next one; with Ctrl (or Command) it sends the form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const text = closest(event, "textarea[data-submits]");
  if (text) text.form.requestSubmit();
});

// --- notes ---------------------------------------------------------------------------------------
export function say(text, tone = "blue") {
  const place = document.querySelector("[data-toasts]");
  if (!place) return;
  const note = document.createElement("div");
  note.className = `toast-note tone-${tone}`;
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-quiet btn-sm";
  close.dataset.dismiss = "";
  close.textContent = "OK";
  note.append(words, close);
  place.replaceChildren(note);
  if (tone !== "red") setTimeout(() => note.remove(), 6000);
}

// --- htmx ----------------------------------------------------------------------------------------
// A form with errors (422) and a conflict (409) bring their own page part; htmx would drop them.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  const what = {
    401: "You have been signed out. What you typed is still on this page: sign in in another tab, then try again.",
    403: "You may not do that. Nothing was changed.",
    404: "This is no longer there. Nothing was changed; reload the page to see what is new.",
    429: "Too many attempts. Nothing was changed; wait a minute, then try again.",
  }[status];
  say(what ?? "Something went wrong on our side. Nothing was saved; what you typed is still on this page.", "red");
});
document.addEventListener("htmx:sendError", () => {
  say("No connection. Nothing was saved yet; what you typed is still on this page. Try again when you are online.", "red");
});
