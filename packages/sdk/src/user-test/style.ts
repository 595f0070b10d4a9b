// How the bar looks. In a shadow tree, so that the page's styles and these do not meet.
export const STYLE = `
:host{all:initial;display:block;color-scheme:light}
*{box-sizing:border-box;margin:0}
[hidden]{display:none!important}
.w{--g:#fff;--t:#1c2430;--m:#5b6675;--l:#d5dbe3;--s:#f4f6f8;--e:#b91c1c;--c:#0f766e;--on:#fff;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--t)}
.w.dark{--g:#171d26;--t:#eef2f6;--m:#a2adbb;--l:#384352;--s:#212936;--e:#fca5a5;--c:#2dd4bf;--on:#10151c;color-scheme:dark}
.back{position:fixed;inset:0;z-index:2147483001;background:rgb(15 23 42/.5);display:grid;place-items:center;padding:12px}
.card,.panel{background:var(--g);border:1px solid var(--l);border-radius:12px;box-shadow:0 12px 40px rgb(15 23 42/.22);overflow:auto;overflow-wrap:anywhere;outline:0}
.card{width:min(520px,100%);max-height:calc(100vh - 24px);padding:24px;display:grid;gap:12px}
.panel{position:fixed;z-index:2147483001;right:12px;bottom:12px;width:min(360px,calc(100vw - 24px));max-height:min(520px,calc(100vh - 24px))}
.in-place .back,.in-place .panel{position:absolute}
.small .panel,.small .card{width:auto}.small .panel{left:8px;right:8px;bottom:8px}
h2{font-size:19px;line-height:1.3;font-weight:600}
.n{color:var(--m);font-size:13px;font-variant-numeric:tabular-nums}
.m{color:var(--m);font-size:14px}
.e{color:var(--e);font-size:14px}
.tick{display:flex;gap:10px;align-items:flex-start;border:1px solid var(--l);border-radius:8px;padding:10px 12px;cursor:pointer}
.tick input{width:18px;height:18px;flex:none;margin-top:2px;accent-color:var(--c)}
.go{display:flex;gap:8px;flex-wrap:wrap;justify-content:flex-end;margin-top:4px}
.b{border:1px solid transparent;border-radius:8px;padding:9px 16px;min-height:42px;font:600 15px/1.2 inherit;font-family:inherit;cursor:pointer;background:var(--c);color:var(--on)}
.b.q{background:none;color:var(--t);border-color:var(--l);font-weight:500}
.b.l{background:none;color:var(--m);border-color:transparent;font-weight:500;padding:9px 8px}
.b.q:hover,.b.l:hover,.top:hover{background:var(--s)}
.top{display:flex;align-items:center;gap:8px;width:100%;border:0;background:none;color:inherit;font:600 14px/1.3 inherit;font-family:inherit;text-align:start;padding:12px 16px;cursor:pointer}
.top span{flex:1}.top svg{flex:none;width:18px;height:18px}
.top[aria-expanded=false] svg{transform:rotate(180deg)}
.dot{flex:none;width:9px;height:9px;border-radius:50%;background:#dc2626}
.in{padding:0 16px 14px;display:grid;gap:10px}
.in .go{justify-content:flex-start}
a{color:var(--c)}
button:focus-visible,a:focus-visible,input:focus-visible{outline:2px solid var(--c);outline-offset:2px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:480px){.panel{left:8px;right:8px;bottom:8px;width:auto}.card{padding:18px}}
@media (prefers-reduced-motion:no-preference){.card,.panel{animation:in .15s ease-out}}
@keyframes in{from{opacity:0;transform:translateY(8px)}}
`;
