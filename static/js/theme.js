// Runs before the page is painted: the theme the person chose, and the vendor's colours. No flash of another look.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  root.classList.add("js");

  const stored = () => {
    try {
      return localStorage.getItem("theme") || "auto";
    } catch {
      return "auto"; // storage may be switched off
    }
  };

  const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const css = (rgb) => `rgb(${rgb.map(Math.round).join(" ")})`;
  // A brand is chosen for a logo, not for reading: shift it until text in it can be read on the page.
  const readable = (rgb, on, toward) => {
    let shown = rgb;
    for (let i = 0; i < 40 && contrast(shown, on) < 5; i++) shown = shown.map((c) => c + (toward - c) * 0.06);
    return shown;
  };

  const paint = () => {
    const chosen = stored();
    const isDark = chosen === "dark" || (chosen === "auto" && dark.matches);
    root.dataset.bsTheme = isDark ? "dark" : "light";
    root.dataset.themeChoice = chosen;
    const brand = /^#[0-9a-f]{6}$/i.test(root.dataset.brand || "") ? channels(root.dataset.brand) : null;
    if (!brand) return;
    const white = [255, 255, 255];
    const ink = [20, 24, 31];
    const link = isDark ? readable(brand, [38, 44, 54], 255) : readable(brand, [238, 241, 245], 0);
    root.style.setProperty("--brand", css(brand));
    root.style.setProperty("--brand-text", contrast(brand, white) >= 4.5 ? css(white) : css(ink));
    root.style.setProperty("--brand-link", css(link));
    // The primary button needs to be told from the page, so in the dark it may not be near black.
    const button = isDark && contrast(brand, [27, 31, 38]) < 3 ? readable(brand, [27, 31, 38], 255) : brand;
    root.style.setProperty("--brand-button", css(button));
    root.style.setProperty("--brand-button-text", contrast(button, white) >= 4.5 ? css(white) : css(ink));
    if (/^#[0-9a-f]{6}$/i.test(root.dataset.accent || "")) root.style.setProperty("--accent", root.dataset.accent);
  };

  window.prmTheme = {
    choice: stored,
    choose(name) {
      try {
        localStorage.setItem("theme", name);
      } catch {
        // then it lasts as long as the page
      }
      paint();
    },
  };
  dark.addEventListener("change", paint);
  paint();
})();
