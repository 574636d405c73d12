/** Legible on a phone and in the dark; nothing is fetched from elsewhere. */
export const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; }
h1 { font-size: 1.5rem; }
ul { list-style: none; padding: 0; }
li { border-top: 1px solid #8884; padding: .6rem 0; overflow-wrap: anywhere; }
small { display: block; opacity: .75; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 0; font-size: .85rem; }
.badge { border-radius: .3rem; padding: .1rem .5rem; font-weight: 600; color: #fff; background: #6b7280; }
.badge.OK { background: #15803d; }
.badge.FAIL { background: #b91c1c; }
.badge.WARN { background: #a16207; }
ol { list-style: none; padding: 0; font-size: .85rem; }
.time { opacity: .75; font-size: .85rem; }
#lost { background: #b91c1c; color: #fff; padding: .5rem; border-radius: .3rem; }
`;

/** Puts the newest status in place every two seconds, without reloading the page. */
export const SCRIPT = `
setInterval(async () => {
  const lost = document.getElementById("lost");
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [shown, next] = [document, page].map((each) => each.querySelector("details"));
    if (shown && next) next.open = shown.open;
    document.getElementById("status").replaceWith(page.getElementById("status"));
    document.title = page.title;
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
}, 2000);
`;
