// Runs before the first paint: the reader's language and light or dark, so nothing flashes.
(() => {
  const root = document.documentElement;
  const stored = (key) => {
    try {
      return localStorage.getItem(`youju-${key}`);
    } catch {
      return null; // storage can be switched off
    }
  };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.language = stored("language") === "en" ? "en" : "zh";
  root.lang = root.dataset.language === "en" ? "en" : "zh-CN";
  root.dataset.theme = stored("theme") ?? (dark ? "dark" : "light");
})();
