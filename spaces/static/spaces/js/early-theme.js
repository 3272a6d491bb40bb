// Set the theme before the first paint, so that the page does not flash in the other theme. This is not a module,
// because modules run later.
(() => {
  try {
    const theme = localStorage.getItem("spaces:theme");
    if (theme) document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is switched off, so use the system's theme.
  }
})();
