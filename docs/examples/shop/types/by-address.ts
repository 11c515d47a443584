// The module by its address, as Rampgate serves it: one declaration makes its types known (rampgate-by-address.d.ts).
import {follow} from 'https://ramp.example.com/rampgate.js';

follow('id', {onConfirmed: ({status}) => console.log(status)})();
// @ts-expect-error no such listener
follow('id', {onDone() {}});
