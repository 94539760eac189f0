// Follows a run: its line at once, and a new page where there is more to see.

const following = document.querySelector(".following");

const follow = async () => {
  try {
    const state = await (await fetch("/state")).json();
    following.textContent = state.now;
    if (state.version !== following.dataset.version && !document.hidden) location.reload();
  } catch {
    following.textContent = "gankit watch has stopped; this page is as it was then";
  }
};
setInterval(follow, 2000);
