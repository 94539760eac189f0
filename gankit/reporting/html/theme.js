// Light or dark: as the system, until the reader presses the button.

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const follow = () => { root.dataset.theme = system.matches ? "dark" : "light"; };
follow();
system.addEventListener("change", follow);
addEventListener("DOMContentLoaded", () => {
  document.querySelector("button.theme").addEventListener("click", () => {
    system.removeEventListener("change", follow);
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  });
});
