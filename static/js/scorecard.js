// The runner of the capabilities scorecard: one question at a time, keyboard first, several people at once.
// Answers go into the queue (scorecard_queue.js); what others answer meanwhile comes with each reply and by asking
// from time to time. The server keeps the last answer per question, so a repeat does no harm.

const root = document.getElementById("scorecard");
const standing = JSON.parse(document.getElementById("standing").textContent);
const words = standing.words;
const readOnly = root.hasAttribute("data-read-only");
const sections = [...root.querySelectorAll("[data-question]")];
const finish = root.querySelector("[data-finish]");
const byCode = new Map(sections.map((section) => [section.dataset.question, section]));
const waiting = root.querySelector("[data-waiting]");
const submitForm = root.querySelector("[data-submit-form]");
const token = document.querySelector("[name=csrfmiddlewaretoken]"); // its value is renewed when one signs in again
const marks = Object.fromEntries([...document.querySelectorAll("template[data-mark]")].map((t) => [t.dataset.mark, t]));
let current = byCode.get(root.dataset.current) ?? sections[0];
let beside = current; // the question whose topic and category stand beside; the last one at the end
let state = standing.scores;
root.dataset.turn = String(standing.turn);

const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
const say = (text) => {
  root.querySelector("[data-say]").textContent = text;
};

const queue = window.scorecardQueue(root, token, {
  kept: (reply, entry) => show(reply, entry),
  refused: (entry, reply) => refuse(entry, reply),
  closed: (detail, lost) => ended(detail, lost),
  shown: (state) => showWaiting(state),
  refresh: () => live.look(),
});
const live = window.scorecardLive(root, words, filled, queue, (reply) => hear(reply));
const files = window.scorecardFiles(root, token, words, (reply) => hear(reply));

function showWaiting({ count, isLate, why, isClosed }) {
  root.dataset.queue = String(count);
  if (isClosed) return;
  waiting.hidden = !isLate && !(why === "offline" && count);
  const text = count === 1 ? words.waits_one : filled(words.waits_many, { n: count });
  waiting.querySelector("[data-waiting-text]").textContent = why ? `${text} ${words[why] ?? ""}` : text;
}

function ended(detail, lost) {
  const place = waiting.querySelector("[data-waiting-text]");
  const named = lost.map((entry) => (byCode.get(entry.question) ?? sections.find((s) => s.dataset.topic === entry.topic))?.dataset.position);
  place.textContent = `${detail ?? words.closed} `;
  if (named.length) place.append(`${filled(words.not_counted, { questions: named.join(", ") })} `);
  const again = document.createElement("a");
  again.href = location.pathname;
  again.textContent = words.see;
  place.append(again);
  waiting.hidden = false;
  waiting.scrollIntoView({ block: "nearest" });
  root.dataset.queue = "0";
  for (const control of root.querySelectorAll(".question button, .question input, .question textarea, .question select, [data-submit]")) control.disabled = true;
}

// --- what the server said ------------------------------------------------------------------------

function show(reply, entry) {
  for (const kept of reply.kept) {
    const section = byCode.get(kept.question);
    if (!section || isPending(section)) continue;
    if (entry.topic || !kept.is_own) mark(section, kept);
    showWho(section, kept);
  }
  hear(reply);
  for (const kept of reply.kept) {
    const section = byCode.get(kept.question);
    if (section && !kept.is_own) note(section, filled(entry.topic ? words.spared : words.later, { name: kept.by }));
  }
}

// Everything the server tells that changed, whoever changed it.
function hear(reply) {
  if (!reply) return;
  if (reply.token) token.value = reply.token;
  const before = state.scores.overall[1];
  root.dataset.turn = String(reply.turn);
  let news = "";
  for (const given of reply.changed) {
    const section = byCode.get(given.question);
    if (!section) continue;
    if (!isPending(section)) {
      const area = section.querySelector("textarea");
      const isTyping = area && area.value !== sentWords.get(section);
      if (!isTyping) mark(section, given);
      if (area && !isTyping) sentWords.set(section, area.value);
      showWho(section, given);
    }
    if (given.is_own) continue;
    live.met(given);
    news = filled(words.answered, { name: given.by, question: section.querySelector("[data-text]").textContent });
  }
  if (reply.evidence) files.show(reply.evidence);
  if (reply.scores) {
    state = reply;
    for (const [code, [status, text]] of Object.entries(state.scores)) {
      for (const place of root.querySelectorAll(`[data-score="${code}"]`)) put_mark(place, status, text);
    }
    standBeside();
  }
  if (reply.changed.length || reply.scores) progress();
  if (news) {
    say(news);
  } else if (before !== state.scores.overall[1]) say(filled(words.overall, { score: state.scores.overall[1] }));
}

const isPending = (section) => queue.entries().some((other) => other.question === section.dataset.question);

function showWho(section, { who, is_own }) {
  const place = section.querySelector("[data-who]");
  place.hidden = !who;
  place.classList.toggle("is-others", !is_own);
  place.querySelector("[data-who-text]").textContent = who;
}

function note(section, text) {
  const place = section.querySelector("[data-note]");
  place.textContent = text;
  place.hidden = false;
  say(text);
}

function put_mark(place, status, text) {
  const shape = marks[status].content.firstElementChild.cloneNode(true);
  shape.querySelector("span:not(.visually-hidden)").textContent = text;
  place.replaceChildren(shape);
}

function refuse(entry, reply) {
  const section = byCode.get(entry.question) ?? current;
  const place = section.querySelector("[data-error]");
  place.textContent = reply?.detail ?? words.refused;
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
    count.textContent = code === "all" ? filled(words.of, { n: tally(list), all: list.length }) : `${tally(list)}/${list.length}`;
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
  section.querySelector("[data-note]").hidden = true;
}

function answer(section, given) {
  if (readOnly || queue.isClosed()) return;
  mark(section, given);
  showWho(section, { who: words.own, is_own: true });
  progress();
  const body = [["question", section.dataset.question]];
  if (given.is_na) body.push(["is_na", "on"]);
  else if (given.text !== undefined) body.push(["text", given.text]);
  else if (given.options.length) given.options.forEach((code) => body.push(["option", code]));
  else body.push(["option", "none"]);
  queue.put({ url: root.dataset.answerUrl, body, question: section.dataset.question });
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
      place.textContent = words.tick;
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
  if (!button || readOnly || queue.isClosed()) return;
  const { topic } = section.dataset;
  const inTopic = sections.filter((other) => other.dataset.topic === topic);
  // Marked at once from what is ringed; the server's answer then says what really was kept.
  for (const other of inTopic) {
    const was = [...other.querySelectorAll(".was-chosen")];
    if (!was.length || other.querySelector("[data-who].is-others")) continue;
    const options = was.flatMap((o) => o.dataset.option ?? o.querySelector?.("[data-option]")?.dataset.option ?? []);
    mark(other, { options, is_na: was.some((o) => o.hasAttribute("data-na")) });
    showWho(other, { who: words.own, is_own: true });
    for (const entry of queue.entries()) if (!queue.isSending(entry) && entry.question === other.dataset.question) queue.drop(entry);
  }
  progress();
  queue.put({ url: root.dataset.unchangedUrl, body: [["topic", topic]], topic });
  const next = sections[sections.indexOf(inTopic.at(-1)) + 1];
  go(next ?? openCodes()[0] ?? finish);
}

async function submit() {
  if (!submitForm || !root.hasAttribute("data-complete")) return;
  leave();
  queue.send();
  await queue.allSent();
  if (root.hasAttribute("data-complete") && !queue.isClosed()) submitForm.requestSubmit();
}

// --- pointer -------------------------------------------------------------------------------------

root.addEventListener("submit", (event) => {
  if (event.target === submitForm) {
    if (!queue.entries().length && !queue.isClosed()) return; // everything is with the server: go
    event.preventDefault();
    event.stopPropagation(); // the page must not think it was sent
    submit();
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  if (files.submitted(event.target)) return;
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
  if (target.closest("[data-evidence]") && !target.matches("summary")) {
    if (event.key === "Escape") files.toggle(current);
    return; // keys there are for choosing a file
  }
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
  if (key === "Escape" && current.querySelector?.("[data-evidence][open]")) return files.toggle(current);
  if (key === "?") return document.querySelector('[data-dialog="keys"]').click() ?? true;
  if (key === "ArrowLeft") return step(-1) ?? true;
  if (key === "ArrowRight") return step(1) ?? true;
  if (key === "s" || key === "S") return submit() && true;
  if (event.repeat && key !== "ArrowUp" && key !== "ArrowDown") return /^[0-9a-z]$/i.test(key);
  if (!asked) return key === "Enter" && !event.target.closest("button, a, summary") ? submit() && true : false;
  if (key === "ArrowUp" || key === "ArrowDown") return walk(key === "ArrowDown" ? 1 : -1);
  if (/^[0-9nN]$/.test(key)) return press(key.toLowerCase());
  if (key === "u" || key === "U") return takeOver(current) ?? true;
  if (key === "e" || key === "E") return files.toggle(current);
  if (key === "Enter" && !event.target.closest("button, a, summary")) {
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

if (readOnly) queue.clear();
for (const entry of queue.entries()) {
  const section = byCode.get(entry.question);
  if (!section) continue;
  const given = new URLSearchParams(entry.body);
  if (given.has("text")) mark(section, { text: given.get("text") });
  else mark(section, { options: given.getAll("option").filter((o) => o !== "none"), is_na: given.has("is_na") });
  showWho(section, { who: words.own, is_own: true });
}
document.documentElement.classList.add("js");
progress();
const wanted = new URLSearchParams(location.search).get("q");
go(wanted && byCode.has(wanted) ? current : openCodes()[0] ?? finish);
root.dataset.queue = String(queue.entries().length);
root.dataset.ready = "";
queue.send();
