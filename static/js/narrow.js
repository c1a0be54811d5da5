// A search that narrows a long choice on the page: groups with a hit open, the others go away.

const search = document.querySelector("[data-narrows]");
const place = search && document.getElementById(search.dataset.narrows);

function narrow() {
  const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of place.querySelectorAll("details")) {
    const subject = group.querySelector("summary").textContent.toLowerCase();
    let hits = 0;
    for (const one of group.querySelectorAll("[data-narrowed]")) {
      const text = `${subject} ${one.textContent.toLowerCase()}`;
      one.hidden = !words.every((word) => text.includes(word));
      hits += !one.hidden;
    }
    group.hidden = !hits;
    group.open = words.length ? hits > 0 : Boolean(group.querySelector("input:checked"));
    found += hits;
  }
  const none = place.parentElement.querySelector("[data-narrows-none]");
  if (none) none.hidden = found > 0;
}

if (place) {
  search.closest("[data-needs-script]").hidden = false;
  search.addEventListener("input", narrow);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it searches, it does not send the form
  });
}
