(()=>{const d=document.body.dataset,f=document.forms[0];
if("embed" in d&&parent!==self){const tell=(m)=>parent.postMessage({source:"sillage-survey",survey:d.survey,...m},"*");tell({event:d.at});new ResizeObserver(()=>tell({event:"height",height:document.documentElement.scrollHeight})).observe(document.body)}
if(!f)return;
let sent=false,touched=false;
f.addEventListener("submit",(e)=>{if(sent)e.preventDefault();sent=true});
addEventListener("pageshow",()=>{sent=false});
if("go" in d)return f.requestSubmit(f.querySelector(".b.main"));
f.addEventListener("pointerdown",(e)=>{touched=!!e.target.closest("[data-quick]")});
f.addEventListener("change",(e)=>{if(touched&&e.target.value!=="other")setTimeout(()=>f.requestSubmit(f.querySelector(".b.main")),250);touched=false});
})()
