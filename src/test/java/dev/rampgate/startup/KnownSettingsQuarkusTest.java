package dev.rampgate.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.config.SmallRyeConfig;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

@QuarkusTest
class KnownSettingsQuarkusTest {

    @Inject
    BeanManager beans;

    @Test
    void everySettingOfTheReferenceIsKnown() {
        KnownSettings known = KnownSettings.ofBeans(beans);

        assertThat(SettingsSources.read().stream().flatMap(group -> group.settings().stream()))
                .isNotEmpty()
                .allSatisfy(setting -> assertThat(known.isUnknown(setting.name()))
                        .as(setting.name())
                        .isFalse());
    }

    @Test
    void whatTheBuildItselfSetsIsKnown() {
        SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);

        assertThat(KnownSettings.ofBeans(beans)
                        .unknown(
                                StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                                        .filter(name -> name.startsWith("rampgate.")),
                                Set.of()))
                .as("variables of tests, such as RAMPGATE_TEST_DATABASE, aside")
                .allMatch(name -> name.startsWith("rampgate.test.") || name.startsWith("rampgate.require."));
    }
}
