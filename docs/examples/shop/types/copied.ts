// The files themselves, as copied into a project: rampgate.js with rampgate.d.ts beside it.
import {follow} from '../../../../src/main/npm/rampgate.js';

follow('id', {onConfirmed: ({status}) => console.log(status)})();
// @ts-expect-error no such listener
follow('id', {onDone() {}});
