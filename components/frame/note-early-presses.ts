/** What a user did on a page before its code ran: a press, a choice, or typing. */
export type EarlyPress = { event: Event; control: Element; value?: string; checked?: boolean };

declare global {
  var earlyPresses: EarlyPress[] | undefined;
}

/**
 * The script that notes what a user does before the page's code runs. It belongs into the page's
 * head. It notes neither links nor forms, which work without code, and typing only where text is
 * handled at once: a field that may get a key has a pattern. The form of an emailed link also sends
 * the link's token, which only the browser knows.
 */
export const NOTE_EARLY_PRESSES = `earlyPresses=[];
for(const[type,controls]of[["click","button[type=button]"],["change","select,[type=checkbox]"],["input","[pattern]"]])
addEventListener(type,event=>{const control=event.target.closest(controls),{value,checked}=control??{};
if(control)earlyPresses?.push({event,control,value,checked})},true);
addEventListener("submit",({target:{elements:{token}}})=>{if(!earlyPresses||!token||token.value)return;
token.value=location.hash.slice(1);history.replaceState(null,"",location.pathname)},true)`;
