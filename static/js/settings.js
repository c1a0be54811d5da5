// Shows the chosen colours before they are saved, and says whether one can read with them.

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
const luminance = (hex) => {
  const [r, g, b] = channels(hex).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};

const form = document.querySelector("[data-look]");
const preview = form?.querySelector("[data-preview]");
const verdict = form?.querySelector("[data-verdict]");

function show() {
  const brand = form.querySelector("[data-colour=brand]").value;
  const accent = form.querySelector("[data-colour=accent]").value;
  const ink = contrast(brand, "#ffffff") >= contrast(brand, "#14181f") ? "#ffffff" : "#14181f";
  preview.style.setProperty("--sample", brand);
  preview.style.setProperty("--sample-ink", ink);
  preview.style.setProperty("--sample-accent", accent);
  const reads = contrast(brand, ink);
  const apart = contrast(brand, "#ffffff");
  const words = reads < 4.5 ? [preview.dataset.bad, reads] : apart < 3 ? [preview.dataset.pale, apart] : [preview.dataset.good, reads];
  verdict.textContent = `${words[0]} ${words[1].toFixed(2)}`;
  verdict.classList.toggle("field-error", reads < 4.5 || apart < 3);
}

if (preview) {
  form.addEventListener("input", show);
  show();
}
