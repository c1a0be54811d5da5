// The runner of the capabilities scorecard: one question at a time, keyboard first.
// Every answer is put into a queue that lives in the page and in localStorage, and is sent at once; what cannot be
// sent waits there and is sent again. The server keeps the last answer per question, so a repeat does no harm.

const root = document.getElementById("scorecard");
const standing = JSON.parse(document.getElementById("standing").textContent);
const readOnly = root.hasAttribute("data-read-only");
const sections = [...root.querySelectorAll("[data-question]")];
const finish = root.querySelector("[data-finish]");
const byCode = new Map(sections.map((section) => [section.dataset.question, section]));
const waiting = root.querySelector("[data-waiting]");
const submitForm = root.querySelector("[data-submit-form]");
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const marks = Object.fromEntries([...document.querySelectorAll("template[data-mark]")].map((t) => [t.dataset.mark, t]));
let current = byCode.get(root.dataset.current) ?? sections[0];
let beside = current; // the question whose topic and category stand beside; the last one at the end
let state = standing.scores;

// --- the queue -----------------------------------------------------------------------------------
// Each entry is one request, { id, url, body: [[name, value], ...], question | topic }. Of one question only the
// latest stays; the order is kept, because "unchanged" and a later answer to the same topic must not swap.

const storeKey = root.dataset.store;
let queue = load();
let serial = 1 + Math.max(0, ...queue.map((entry) => entry.id));
let sending = null;
let failures = 0;
let timer = 0;
let blocked = "";

function load() {
  try {
    return JSON.parse(localStorage.getItem(storeKey)) ?? [];
  } catch {
    return [];
  }
}

function store() {
  try {
    if (queue.length) localStorage.setItem(storeKey, JSON.stringify(queue));
    else localStorage.removeItem(storeKey);
  } catch {
    // Storage may be full or forbidden; the queue then lives as long as the page.
  }
}

function put(entry) {
  queue = queue.filter((other) => other.id === sending || !entry.question || other.question !== entry.question);
  queue.push({ id: serial++, ...entry });
  store();
  showWaiting();
  send();
}

async function send() {
  if (sending !== null || !queue.length || blocked) return;
  clearTimeout(timer);
  const entry = queue[0];
  sending = entry.id;
  let outcome = "retry";
  let reply = null;
  try {
    const response = await fetch(entry.url, {
      method: "POST",
      body: new URLSearchParams(entry.body),
      headers: { Accept: "application/json", "X-CSRFToken": token },
      credentials: "same-origin",
      redirect: "manual",
    });
    outcome = verdict(response);
    if (outcome !== "retry" && outcome !== "signed-out") reply = await response.json().catch(() => null);
  } catch {
    outcome = "retry";
  }
  sending = null;
  if (outcome === "kept" && reply) {
    failures = 0;
    done(entry);
    // Later answers are still on their way: their scores follow, so older ones need not flicker past.
    show(reply, entry);
  } else if (outcome === "refused") {
    failures = 0;
    done(entry);
    refuse(entry, reply);
  } else if (outcome === "closed") {
    blocked = reply?.detail ?? "This scorecard can no longer be changed.";
    queue = [];
    store();
  } else {
    failures += 1;
    if (outcome === "signed-out") waiting.dataset.why = "signed-out";
    timer = setTimeout(send, Math.min(30000, 500 * 2 ** Math.min(failures, 6)));
  }
  showWaiting();
  if (outcome !== "retry" && outcome !== "signed-out") send();
  if (!queue.length) settled.splice(0).forEach((resolve) => resolve());
}

function verdict(response) {
  if (response.type === "opaqueredirect" || response.status === 401) return "signed-out";
  if (response.ok) return "kept";
  if ([404, 409].includes(response.status)) return "closed";
  if ([400, 403, 413, 422].includes(response.status)) return "refused";
  return "retry";
}

function done(entry) {
  delete waiting.dataset.why;
  queue = queue.filter((other) => other.id !== entry.id);
  store();
}

const settled = [];
const allSent = () => (queue.length ? new Promise((resolve) => settled.push(resolve)) : Promise.resolve());

function showWaiting() {
  const isLate = failures > 0 && queue.length > 0;
  waiting.hidden = !isLate && !blocked;
  if (blocked) {
    waiting.lastElementChild.textContent = `${blocked} `;
    const again = document.createElement("a");
    again.href = location.pathname;
    again.textContent = "Reload";
    waiting.lastElementChild.append(again);
  } else if (isLate) {
    waiting.querySelector("[data-waiting-count]").textContent = String(queue.length);
    waiting.querySelector("[data-waiting-text]").textContent =
      (queue.length === 1 ? "answer" : "answers") +
      " waiting to be sent – nothing is lost." +
      (waiting.dataset.why === "signed-out" ? " You have been signed out: sign in again in another tab." : "");
  }
  root.dataset.queue = String(queue.length);
}

addEventListener("online", () => {
  failures = 0;
  send();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());

// --- what the server said ------------------------------------------------------------------------

function show(reply, entry) {
  const before = state.scores.overall[1];
  state = reply;
  for (const kept of reply.kept) {
    const section = byCode.get(kept.question);
    const isPending = queue.some((other) => other.question === kept.question);
    if (section && !isPending && entry.topic) mark(section, kept);
  }
  for (const [code, [status, text]] of Object.entries(state.scores)) {
    for (const place of root.querySelectorAll(`[data-score="${code}"]`)) put_mark(place, status, text);
  }
  standBeside();
  progress();
  if (before !== state.scores.overall[1]) root.querySelector("[data-say]").textContent = `Overall ${state.scores.overall[1]}`;
}

function put_mark(place, status, text) {
  const shape = marks[status].content.firstElementChild.cloneNode(true);
  shape.querySelector("span:not(.visually-hidden)").textContent = text;
  place.replaceChildren(shape);
}

function refuse(entry, reply) {
  const section = byCode.get(entry.question) ?? current;
  const place = section.querySelector("[data-error]");
  place.textContent = reply?.detail ?? "This answer was not accepted.";
  place.hidden = false;
  section.removeAttribute("data-answered");
  go(section);
}

// --- what stands on the page ---------------------------------------------------------------------

const openCodes = () => sections.filter((s) => !s.hasAttribute("data-answered") && !s.hasAttribute("data-unscored"));

function progress() {
  const counted = sections.filter((section) => !section.hasAttribute("data-unscored"));
  const tally = (list) => list.filter((section) => section.hasAttribute("data-answered")).length;
  for (const bar of root.querySelectorAll("[data-progress]")) {
    const code = bar.dataset.progress;
    const list = code === "all" ? counted : counted.filter((section) => section.dataset.category === code);
    bar.value = tally(list);
    const count = root.querySelector(`[data-count="${code}"]`);
    count.textContent = code === "all" ? `${tally(list)} of ${list.length}` : `${tally(list)}/${list.length}`;
  }
  const complete = openCodes().length === 0;
  root.toggleAttribute("data-complete", complete);
  const button = root.querySelector("[data-submit]");
  if (button) button.disabled = !complete;
  showPlace();
}

function standBeside() {
  const { topic, category } = beside.dataset;
  const set = (name, text) => {
    root.querySelector(`[data-${name}]`).textContent = text;
  };
  set("topic-name", standing.topics[topic].name);
  set("topic-best", standing.topics[topic].best);
  set("topic-peers", standing.topics[topic].peers);
  set("topic-last", standing.topics[topic].last);
  set("category-name", standing.categories[category].name);
  set("category-peers", standing.categories[category].peers);
  put_mark(root.querySelector('[data-score-of="topic"]'), ...state.scores[topic]);
  put_mark(root.querySelector('[data-score-of="category"]'), ...state.scores[category]);
}

function go(section) {
  if (!section) return;
  for (const other of [...sections, finish]) other.hidden = other !== section;
  const isNew = current !== section;
  current = section;
  showPlace();
  if (section !== finish) {
    beside = section;
    for (const link of root.querySelectorAll("[data-category-link]")) {
      if (link.dataset.categoryLink === section.dataset.category) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    }
    standBeside();
    root.querySelector(".category[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  if (!isNew && document.activeElement !== document.body) return;
  (section.querySelector("textarea") ?? section.querySelector("[data-text]") ?? section).focus({ preventScroll: true });
  // On a small screen a long question may have been scrolled away.
  if (section.getBoundingClientRect().top < 0) section.scrollIntoView({ block: "start" });
}

// The pages one can turn to: the end is one of them when everything is answered.
const pages = () => (root.hasAttribute("data-complete") || current === finish ? [...sections, finish] : sections);

function step(by) {
  leave();
  const all = pages();
  go(all[Math.max(0, Math.min(all.length - 1, all.indexOf(current) + by))]);
}

// Where one is; a button that leads nowhere is not offered.
function showPlace() {
  const all = pages();
  const at = all.indexOf(current);
  const place = root.querySelector("[data-place]");
  place.textContent = current.dataset.position ?? "";
  for (const button of root.querySelectorAll("[data-step]")) {
    const isOver = !all[at + Number(button.dataset.step)];
    if (isOver && button === document.activeElement) (current.querySelector("[data-text]") ?? current).focus({ preventScroll: true });
    button.disabled = isOver;
  }
}

// After an answer: the next question; after the last one, those left open; and when none is, the end.
function advance() {
  const place = sections.indexOf(current);
  const next = sections[place + 1];
  if (next) return go(next);
  go(openCodes()[0] ?? finish);
}

// --- answering -----------------------------------------------------------------------------------

function mark(section, { options = [], is_na = false, text = null }) {
  const chosen = new Set(options);
  section.querySelectorAll("[data-option]").forEach((option) => {
    const on = !is_na && chosen.has(option.dataset.option);
    if (option.type === "checkbox") option.checked = on;
    else option.setAttribute("aria-checked", String(on));
  });
  const none = section.querySelector("[data-none]");
  if (none) none.checked = !is_na && !options.length;
  const na = section.querySelector("[data-na][role=radio]");
  if (na) na.setAttribute("aria-checked", String(is_na));
  const words = section.querySelector("textarea");
  if (words && text !== null) words.value = text;
  if (section.dataset.kind !== "text") section.setAttribute("data-answered", "");
  section.querySelector("[data-error]").hidden = true;
}

function answer(section, given) {
  if (readOnly || blocked) return;
  mark(section, given);
  progress();
  const body = [["question", section.dataset.question]];
  if (given.is_na) body.push(["is_na", "on"]);
  else if (given.text !== undefined) body.push(["text", given.text]);
  else if (given.options.length) given.options.forEach((code) => body.push(["option", code]));
  else body.push(["option", "none"]);
  put({ url: root.dataset.answerUrl, body, question: section.dataset.question });
}

const ticked = (section) => [...section.querySelectorAll("[data-option]:checked")].map((box) => box.dataset.option);

function tick(section, box) {
  const none = section.querySelector("[data-none]");
  if (box === none) {
    for (const other of section.querySelectorAll("[data-option]")) other.checked = false;
    none.checked = true;
  }
  answer(section, { options: ticked(section) });
}

function confirm(section) {
  if (section.dataset.kind === "multi") {
    if (!section.querySelector("input:checked")) {
      const place = section.querySelector("[data-error]");
      place.textContent = "Tick what applies, or none of these.";
      place.hidden = false;
      return;
    }
  } else leave();
  advance();
}

// Words are sent when one leaves them, and while one pauses; an answer that did not change is not sent.
const sentWords = new Map(sections.map((section) => [section, section.querySelector("textarea")?.value]));
function leave() {
  const words = current.querySelector?.("textarea");
  if (!words || words.value === sentWords.get(current)) return;
  sentWords.set(current, words.value);
  answer(current, { text: words.value });
}
let pause = 0;
root.addEventListener("input", (event) => {
  if (!(event.target instanceof HTMLTextAreaElement)) return;
  clearTimeout(pause);
  pause = setTimeout(leave, 700);
});
addEventListener("pagehide", leave);

function takeOver(section) {
  const button = section.querySelector("[data-unchanged]");
  if (!button || readOnly || blocked) return;
  const { topic } = section.dataset;
  const inTopic = sections.filter((other) => other.dataset.topic === topic);
  // Marked at once from what is ringed; the server's answer then says what really was kept.
  for (const other of inTopic) {
    const was = [...other.querySelectorAll(".was-chosen")];
    if (!was.length) continue;
    const options = was.flatMap((o) => o.dataset.option ?? o.querySelector?.("[data-option]")?.dataset.option ?? []);
    mark(other, { options, is_na: was.some((o) => o.hasAttribute("data-na")) });
    queue = queue.filter((entry) => entry.id === sending || entry.question !== other.dataset.question);
  }
  progress();
  put({ url: root.dataset.unchangedUrl, body: [["topic", topic]], topic });
  const next = sections[sections.indexOf(inTopic.at(-1)) + 1];
  go(next ?? openCodes()[0] ?? finish);
}

async function submit() {
  if (!submitForm || !root.hasAttribute("data-complete")) return;
  leave();
  send();
  await allSent();
  if (root.hasAttribute("data-complete") && !blocked) submitForm.requestSubmit();
}

// --- pointer -------------------------------------------------------------------------------------

root.addEventListener("submit", (event) => {
  if (event.target === submitForm) {
    if (!queue.length && !blocked) return; // everything is with the server: go
    event.preventDefault();
    event.stopPropagation(); // the page must not think it was sent
    submit();
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  const section = event.target.closest("[data-question]");
  const button = event.submitter;
  if (!button || button.hasAttribute("data-confirm")) return confirm(section);
  if (button.hasAttribute("data-unchanged")) return takeOver(section);
  if (button.hasAttribute("data-na")) answer(section, { options: [], is_na: true });
  else answer(section, { options: [button.value] });
  advance();
}, true);

root.addEventListener("change", (event) => {
  if (event.target.type === "checkbox") tick(event.target.closest("[data-question]"), event.target);
});

root.addEventListener("click", (event) => {
  const link = event.target.closest("[data-category-link]");
  if (link) {
    event.preventDefault();
    leave();
    const inside = sections.filter((section) => section.dataset.category === link.dataset.categoryLink);
    go(inside.find((section) => openCodes().includes(section)) ?? inside[0]);
  }
  const stepper = event.target.closest("[data-step]");
  if (stepper) step(Number(stepper.dataset.step));
});

// --- keyboard ------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], details.menu[open]")) return;
  const target = event.target;
  const inWords = target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== "checkbox");
  if (inWords) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      confirm(current);
    } else if (event.key === "Escape") current.querySelector("[data-text]").focus();
    return;
  }
  if (handle(event.key, event)) event.preventDefault();
});

function handle(key, event) {
  const asked = current !== finish;
  if (key === "?") return document.querySelector('[data-dialog="keys"]').click() ?? true;
  if (key === "ArrowLeft") return step(-1) ?? true;
  if (key === "ArrowRight") return step(1) ?? true;
  if (key === "s" || key === "S") return submit() && true;
  if (event.repeat && key !== "ArrowUp" && key !== "ArrowDown") return /^[0-9a-z]$/i.test(key);
  if (!asked) return key === "Enter" && !event.target.closest("button, a") ? submit() && true : false;
  if (key === "ArrowUp" || key === "ArrowDown") return walk(key === "ArrowDown" ? 1 : -1);
  if (/^[0-9nN]$/.test(key)) return press(key.toLowerCase());
  if (key === "u" || key === "U") return takeOver(current) ?? true;
  if (key === "Enter" && !event.target.closest("button, a")) {
    if (current.dataset.kind !== "single") confirm(current);
    return true;
  }
  return false;
}

function press(key) {
  const found = current.querySelector(`[data-key="${key}"]`);
  if (!found || found.disabled) return false;
  if (found.type === "checkbox") {
    found.checked = found.hasAttribute("data-none") || !found.checked;
    tick(current, found);
  } else if (found.hasAttribute("data-na")) {
    answer(current, { options: [], is_na: true });
    advance();
  } else {
    answer(current, { options: [found.value] });
    advance();
  }
  return true;
}

function walk(by) {
  const choices = [...current.querySelectorAll("[role=radio], input[type=checkbox], [data-confirm]")];
  if (!choices.length) return false;
  const at = choices.indexOf(document.activeElement);
  choices[at < 0 ? (by > 0 ? 0 : choices.length - 1) : (at + by + choices.length) % choices.length].focus();
  return true;
}

// --- begin ---------------------------------------------------------------------------------------
// Answers that a closed tab left behind are shown as given and sent first.

for (const entry of queue) {
  const section = byCode.get(entry.question);
  if (!section) continue;
  const given = new URLSearchParams(entry.body);
  if (given.has("text")) mark(section, { text: given.get("text") });
  else mark(section, { options: given.getAll("option").filter((o) => o !== "none"), is_na: given.has("is_na") });
}
if (readOnly) queue = [];
document.documentElement.classList.add("js");
progress();
const wanted = new URLSearchParams(location.search).get("q");
go(wanted && byCode.has(wanted) ? current : openCodes()[0] ?? finish);
root.dataset.ready = "";
send();
