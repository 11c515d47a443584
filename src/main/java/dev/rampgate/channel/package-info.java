/** Where news of transactions comes from; each channel makes observations and hands them to the stream. */
package dev.rampgate.channel;
