package dev.rampgate.backoffice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoleMappingTest {

    @Test
    void ofSeveralRolesTheOneThatActsCounts() {
        RoleMapping roles = new RoleMapping(
                "roles",
                Map.of(
                        "auditor",
                        List.of("books"),
                        "operator",
                        List.of("oncall", "admin"),
                        "service",
                        List.of("apps")));

        assertThat(roles.of(List.of("books", "apps", " admin "))).contains(Role.OPERATOR);
        assertThat(roles.of(List.of("apps", "books"))).contains(Role.AUDITOR);
        assertThat(roles.of(List.of("ADMIN", ""))).isEmpty();
    }

    @Test
    void aRoleThatThereIsNotAndAWordThatMeansTwoRolesStopTheStart() {
        assertThatThrownBy(() -> new RoleMapping("roles", Map.of("boss", List.of("any"))))
                .hasMessageContaining("roles.boss is not a role");
        assertThatThrownBy(
                        () -> new RoleMapping("roles", Map.of("operator", List.of("any"), "support", List.of("any"))))
                .hasMessageContaining("occurs twice");
    }
}
