package dev.rampgate.backoffice.console;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;

/**
 * Asks for an actor's token.
 *
 * @param error why it asks again; empty at first
 * @param to the page that is shown then
 */
@CheckedTemplate(basePath = "console", defaultName = CheckedTemplate.HYPHENATED_ELEMENT_NAME)
record SignInPage(Frame frame, String error, String to) implements TemplateInstance {}
