package dev.rampgate.backoffice.console;

import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.regex.Pattern;

/** What a page says of the form that redirected to it. The address has a name and a number only, never a text. */
final class Notice {

    static final String PARAMETER = "notice";
    static final String NUMBER = "n";

    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");

    private Notice() {}

    /** The text that the address of a page names; empty if it names none. */
    static String of(RoutingContext routing, Map<String, String> texts) {
        String name = routing.request().getParam(PARAMETER);
        String number = routing.request().getParam(NUMBER);
        String text = name == null ? "" : texts.getOrDefault(name, "");
        boolean known = number != null && DIGITS.matcher(number).matches();
        return text.replace("{n}", known ? number : "some");
    }
}
