// How the widget looks. In a shadow tree, so that the page's styles and these do not meet. Colours come as properties: `--c` is the survey's, `--on` what is read on it.
export const STYLE = `
:host{all:initial;display:block;color-scheme:light}
*{box-sizing:border-box;margin:0}
.w{--g:#fff;--t:#1c2430;--m:#5b6675;--l:#d5dbe3;--s:#f4f6f8;--e:#b91c1c;font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--t)}
.w.dark{--g:#171d26;--t:#eef2f6;--m:#a2adbb;--l:#384352;--s:#212936;--e:#fca5a5;color-scheme:dark}
.card{background:var(--g);border:1px solid var(--l);border-radius:12px;box-shadow:0 12px 40px rgb(15 23 42/.18);width:min(400px,calc(100vw - 24px));max-height:min(640px,calc(100vh - 24px));overflow:auto;padding:20px;position:relative;overscroll-behavior:contain}
.w[data-form=popover] .card,.w[data-form=button] .card{position:fixed;z-index:2147483000}
.w[data-form=bar] .card{position:fixed;z-index:2147483000;left:0;right:0;bottom:0;width:100%;max-width:none;border-radius:12px 12px 0 0;border-width:1px 0 0}
.w[data-form=bar] .in{max-width:680px;margin:auto}
.w[data-form=inline] .card{width:100%;max-height:none;box-shadow:none}
.w[data-form=modal] .back{position:fixed;inset:0;z-index:2147483000;background:rgb(15 23 42/.5);display:grid;place-items:center;padding:12px}
.w[data-form=modal] .card{width:min(480px,100%)}
.w.in-place .card,.w.in-place .back,.w.in-place .launch{position:absolute}
.w[data-at^=bottom] .card,.w[data-at^=bottom] .launch{bottom:12px}.w[data-at^=top] .card,.w[data-at^=top] .launch{top:12px}
.w[data-at$=right] .card,.w[data-at$=right] .launch{right:12px}.w[data-at$=left] .card,.w[data-at$=left] .launch{left:12px}
.w[data-form=bar] .card{bottom:0;left:0;right:0;top:auto}.w[data-form=modal] .card,.w[data-form=inline] .card{inset:auto}
.launch{position:fixed;z-index:2147482999;background:var(--c);color:var(--on);border:0;border-radius:999px;padding:11px 18px;font:600 14px/1.2 inherit;font-family:inherit;cursor:pointer;box-shadow:0 6px 20px rgb(15 23 42/.25)}
h2{font-size:17px;line-height:1.35;font-weight:600;padding-inline-end:28px;overflow-wrap:anywhere}
.d{color:var(--m);margin-top:6px;overflow-wrap:anywhere}
.x{position:absolute;top:10px;inset-inline-end:10px;width:32px;height:32px;border:0;background:none;color:var(--m);border-radius:8px;cursor:pointer;font:20px/1 sans-serif}
.x:hover{background:var(--s)}
form{margin-top:16px}
fieldset{border:0;padding:0;min-width:0}
.scale{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);gap:4px}
.scale label,.choice{cursor:pointer;position:relative}
.scale span{display:grid;place-items:center;min-height:40px;border:1px solid var(--l);border-radius:8px;font-variant-numeric:tabular-nums;background:var(--g)}
.scale.face span,.scale.star span{border-color:transparent;font-size:26px;line-height:1;color:var(--m)}
.scale.face svg{width:34px;height:34px}
.scale.star label.on span{color:var(--c);border-color:transparent;background:none}
input[type=radio],input[type=checkbox]{position:absolute;opacity:0;width:1px;height:1px;pointer-events:none}
.scale label:hover span{border-color:var(--c)}
.scale input:checked+span{background:var(--c);border-color:var(--c);color:var(--on)}
.scale.face input:checked+span{background:none;color:var(--c);border-color:var(--c)}
.scale.star input:checked+span{background:none;border-color:transparent;color:var(--c)}
input:focus-visible+span,.choice:focus-within:has(input:focus-visible),button:focus-visible,a:focus-visible,textarea:focus-visible,input:focus-visible{outline:2px solid var(--c);outline-offset:2px}
.ends{display:flex;justify-content:space-between;gap:16px;color:var(--m);font-size:13px;margin-top:6px}
.ends :last-child{text-align:end}
.choices{display:grid;gap:6px}
.choice{display:flex;gap:10px;align-items:center;border:1px solid var(--l);border-radius:8px;padding:9px 12px;min-height:42px;overflow-wrap:anywhere}
.choice:hover{border-color:var(--c)}
.choice i{flex:none;width:18px;height:18px;border:1.5px solid var(--m);border-radius:50%;display:grid;place-items:center}
.choice i.box{border-radius:4px}
.choice.on{border-color:var(--c);box-shadow:inset 0 0 0 1px var(--c)}
.choice.on i{border-color:var(--c);background:var(--c)}
.choice.on i::after{content:"";width:8px;height:8px;border-radius:50%;background:var(--on)}
.choice.on i.box::after{width:9px;height:5px;border-radius:0;background:none;border:solid var(--on);border-width:0 0 2px 2px;transform:translateY(-1px) rotate(-45deg)}
.choice.off{opacity:.55;cursor:default}
.pictures{grid-template-columns:repeat(auto-fill,minmax(120px,1fr))}
.pictures .choice{flex-direction:column;align-items:stretch;padding:8px}.pictures img{width:100%;aspect-ratio:4/3;object-fit:cover;border-radius:6px;background:var(--s)}
.rank{display:flex;align-items:center;gap:8px;border:1px solid var(--l);border-radius:8px;padding:6px 6px 6px 12px}
.rank b{font-variant-numeric:tabular-nums;min-width:1.2em;color:var(--m)}.rank span{flex:1;overflow-wrap:anywhere}
.rank button{width:34px;height:34px;border:1px solid var(--l);border-radius:8px;background:var(--g);color:inherit;cursor:pointer;font-size:14px}.rank button:disabled{opacity:.35;cursor:default}
.rows{display:grid;gap:14px}.rows legend{padding:0;margin-bottom:6px;overflow-wrap:anywhere}
textarea,input[type=text],input[type=email]{width:100%;border:1px solid var(--l);border-radius:8px;padding:10px 12px;font:inherit;color:inherit;background:var(--g);resize:vertical}
textarea{min-height:96px}
.own{margin-top:6px}
.e{color:var(--e);font-size:13px;margin-top:8px}
.go{display:flex;gap:8px;justify-content:flex-end;align-items:center;margin-top:16px;flex-wrap:wrap}
.b{border:1px solid transparent;border-radius:8px;padding:9px 16px;min-height:40px;font:600 15px/1.2 inherit;font-family:inherit;cursor:pointer;background:var(--c);color:var(--on);text-decoration:none;display:inline-block}
.b.q{background:none;color:var(--m);font-weight:500}
.b.q:hover{background:var(--s)}
.bar{height:3px;border-radius:2px;background:var(--s);margin-top:16px}.bar div{height:100%;border-radius:2px;background:var(--c);transition:width .15s}
.n{color:var(--m);font-size:12.5px;line-height:1.4;margin-top:12px;overflow-wrap:anywhere}.n a{color:inherit}
.tick{display:flex;gap:8px;align-items:flex-start;color:var(--m);font-size:13px;margin-top:14px;cursor:pointer}.tick input{position:static;opacity:1;width:16px;height:16px;flex:none;margin-top:1px;accent-color:var(--c);pointer-events:auto}
.card.end{text-align:center;padding:28px 20px}.card.end h2{padding:0 28px}.card.end .go{justify-content:center}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:480px){.w[data-form=popover] .card,.w[data-form=button] .card{left:8px;right:8px;width:auto}.scale{gap:3px}.scale span{min-height:44px}.scale.long{grid-auto-flow:row;grid-template-columns:repeat(6,1fr)}}
.w.small .card{left:8px;right:8px;width:auto}.w.small .scale.long{grid-auto-flow:row;grid-template-columns:repeat(6,1fr)}
@media (prefers-reduced-motion:no-preference){.card{animation:in .15s ease-out}}
@keyframes in{from{opacity:0;transform:translateY(8px)}}
@media (forced-colors:active){.scale input:checked+span,.choice.on{outline:2px solid Highlight}}
`;
