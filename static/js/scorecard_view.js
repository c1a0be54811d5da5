// What stands on the runner's page: which question is shown, what is marked, how far it is, and what stands beside.

// `leaving` is called before another question is turned to.
window.scorecardView = (root, standing, sections, filled, leaving) => {
  const words = standing.words;
  const finish = root.querySelector("[data-finish]");
  const byCode = new Map(sections.map((section) => [section.dataset.question, section]));
  const marks = Object.fromEntries([...document.querySelectorAll("template[data-mark]")].map((t) => [t.dataset.mark, t]));
  let current = byCode.get(root.dataset.current) ?? sections[0];
  let beside = current; // the question whose topic and category stand beside; the last one at the end
  let { scores } = standing.scores;

  const say = (text) => {
    root.querySelector("[data-say]").textContent = text;
  };

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

  function putMark(place, status, text) {
    const shape = marks[status].content.firstElementChild.cloneNode(true);
    shape.querySelector("span:not(.visually-hidden)").textContent = text;
    place.replaceChildren(shape);
  }

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
    putMark(root.querySelector('[data-score-of="topic"]'), ...scores[topic]);
    putMark(root.querySelector('[data-score-of="category"]'), ...scores[category]);
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
    leaving();
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

  // New scores: everywhere where they stand.
  function score(fresh) {
    scores = fresh;
    for (const [code, [status, text]] of Object.entries(scores)) {
      for (const place of root.querySelectorAll(`[data-score="${code}"]`)) putMark(place, status, text);
    }
    standBeside();
  }

  function fail(section, text) {
    const place = section.querySelector("[data-error]");
    place.textContent = text;
    place.hidden = false;
  }

  return {
    finish,
    byCode,
    current: () => current,
    overall: () => scores.overall[1],
    say,
    showWho,
    note,
    mark,
    fail,
    score,
    progress,
    openCodes,
    go,
    step,
    advance,
  };
};
