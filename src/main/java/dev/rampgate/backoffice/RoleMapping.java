package dev.rampgate.backoffice;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which role an actor has by the words that the company's issuer or proxy uses. Immutable. */
final class RoleMapping {

    /** Of several roles the first one counts: who acts, before who reads. */
    private static final List<Role> ORDER = List.of(Role.OPERATOR, Role.SUPPORT, Role.AUDITOR, Role.SERVICE);

    private final Map<String, Role> roles = new HashMap<>();

    /**
     * @param setting names them in what goes wrong, such as {@code rampgate.operate.jwt.roles}
     * @param words by the name of the role
     * @throws ConfigurationException naming what is wrong
     */
    RoleMapping(String setting, Map<String, List<String>> words) {
        words.forEach((name, values) -> {
            Role role = Role.of(name)
                    .orElseThrow(() -> wrong(
                            setting, "." + name + " is not a role; there are service, support, operator and auditor"));
            values.forEach(value -> {
                if (value.isBlank() || roles.put(value.strip(), role) != null) {
                    throw wrong(setting, "." + name + " has a value that is empty or occurs twice");
                }
            });
        });
    }

    boolean isEmpty() {
        return roles.isEmpty();
    }

    /** The role that one of these words means; empty if none of them means one. */
    Optional<Role> of(Collection<String> words) {
        return ORDER.stream()
                .filter(role -> words.stream().anyMatch(word -> role == roles.get(word.strip())))
                .findFirst();
    }

    static ConfigurationException wrong(String setting, String what) {
        return new ConfigurationException(setting + what, Set.of(setting));
    }
}
