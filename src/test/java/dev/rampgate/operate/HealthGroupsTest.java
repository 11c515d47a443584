package dev.rampgate.operate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HealthGroupsTest {

    @ParameterizedTest
    @ValueSource(strings = {"/q/health/group/database", "/q/health/group", "/q/health/ready", "/q/metrics"})
    void what_exists_passes(String path) {
        assertThat(HealthGroups.isUnknown(path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q/health/group/",
                "/q/health/group/1",
                "/q/health/group/database/",
                "/q/health/group/x/database",
                "/q/health/group/database/x",
                "/other/health/group/1"
            })
    void an_invented_group_is_unknown(String path) {
        assertThat(HealthGroups.isUnknown(path)).isTrue();
    }
}
