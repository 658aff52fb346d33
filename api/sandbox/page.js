"use strict";
(() => {
  const live = document.getElementById("live");
  const look = async () => {
    if (document.hidden) return;
    const selected = String(getSelection()) !== ""; // do not take away what is being copied
    try {
      const answer = await fetch("/", {cache: "no-store"});
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!selected) document.getElementById("now").replaceWith(document.adoptNode(page.getElementById("now")));
      live.textContent = selected ? "Waiting while text is selected." : "Live: new every second.";
    } catch {
      live.textContent = "The sandbox does not answer: it may have been stopped.";
    }
  };
  live.textContent = "Live: new every second.";
  setInterval(look, 1000);
})();
