/** What a user did on a page before its code ran: a press, a choice, or typing. */
export type EarlyPress = { event: Event; control: Element; value?: string; checked?: boolean };

declare global {
  var earlyPresses: EarlyPress[] | undefined;
}

/**
 * The script that notes what a user does before the page's code runs. It belongs in the page's
 * head. It notes neither links nor forms, which work without code. It notes typing only in a field
 * with a pattern: such a field may get a key, and the page handles its text at once. The script also
 * puts the token of an emailed link into the form that is sent, because only the browser knows it.
 */
export const NOTE_EARLY_PRESSES = `earlyPresses=[];
for(const[type,controls]of[["click","button[type=button]"],["change","select,[type=checkbox]"],["input","[pattern]"]])
addEventListener(type,event=>{const control=event.target.closest(controls),{value,checked}=control??{};
if(control)earlyPresses?.push({event,control,value,checked})},true);
addEventListener("submit",({target:{elements:{token}}})=>{if(!earlyPresses||!token||token.value)return;
token.value=location.hash.slice(1);history.replaceState(null,"",location.pathname)},true)`;
