// JavaScript that TypeScript checks (allowJs and checkJs).
import {follow} from 'rampgate';

follow('id', {onConfirmed: ({status}) => console.log(status)})();
// @ts-expect-error no such listener
follow('id', {onDone() {}});
