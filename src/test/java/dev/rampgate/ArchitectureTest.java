package dev.rampgate;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/** The arrows between the packages, and what must never happen on an event loop. */
@AnalyzeClasses(packages = "dev.rampgate", importOptions = ProductionClasses.class)
class ArchitectureTest {

    /** Packages that depend on nothing of ours and that every package may use. */
    private static final Set<String> LEAVES =
            Set.of("ledger", "settings", "eventloop", "telemetry", "wire", "secretfile");

    /** Beside the leaves and itself, what each package may depend on. Who is not named here may depend on all. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("ledger", Set.of()),
            Map.entry("settings", Set.of()),
            Map.entry("eventloop", Set.of()),
            Map.entry("wire", Set.of()),
            Map.entry("telemetry", Set.of()),
            Map.entry("secretfile", Set.of()),
            Map.entry("database", Set.of()),
            Map.entry("problem", Set.of()),
            Map.entry("edge", Set.of("problem")),
            Map.entry("identity", Set.of("problem")),
            Map.entry("proof", Set.of()),
            Map.entry("pollqueue", Set.of("database")),
            Map.entry("outbox", Set.of("database")),
            Map.entry("reconcile", Set.of("pollqueue", "outbox", "database")),
            Map.entry("channel", Set.of("reconcile", "pollqueue", "database", "proof", "edge", "problem")),
            Map.entry("brake", Set.of("database", "problem")),
            Map.entry("session", Set.of("brake", "reconcile", "database", "proof", "identity", "edge", "problem")),
            Map.entry("live", Set.of("reconcile", "database", "identity", "edge", "problem")),
            Map.entry("privacy", Set.of("reconcile", "outbox", "database", "live")),
            Map.entry("books", Set.of("reconcile", "outbox", "pollqueue", "channel", "proof", "database")),
            Map.entry(
                    "backoffice",
                    Set.of(
                            "identity",
                            "brake",
                            "reconcile",
                            "outbox",
                            "pollqueue",
                            "database",
                            "privacy",
                            "books",
                            "edge",
                            "problem")));

    @ArchTest
    static void arrowsPointInward(JavaClasses classes) {
        ARROWS.forEach((from, to) -> noClasses()
                .that()
                .resideInAPackage("dev.rampgate." + from + "..")
                .should()
                .dependOnClassesThat(areOursButNotIn(from, to))
                .because(from + " depends on " + to + " and the leaves alone")
                .check(classes));
    }

    private static DescribedPredicate<JavaClass> areOursButNotIn(String from, Set<String> to) {
        return DescribedPredicate.describe("are in another package of Rampgate", target -> {
            String[] names = target.getPackageName().split("\\.");
            return target.getPackageName().startsWith("dev.rampgate.")
                    && !names[2].equals(from)
                    && !to.contains(names[2])
                    && !(LEAVES.contains(names[2]) && !from.equals("ledger"));
        });
    }

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching("dev.rampgate.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule channelsDoNotKnowEachOther =
            slices().matching("dev.rampgate.channel.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule theLedgerIsPlainJava = classes()
            .that()
            .resideInAPackage("dev.rampgate.ledger..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.rampgate.ledger..", "java..");

    @ArchTest
    static final ArchRule clockAndRandomnessAreInjected = noClasses()
            .that()
            .doNotHaveSimpleName("RequestId") // it names a request and decides nothing
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(java.util.UUID.class, "randomUUID")
            .because("clock and randomness are injected");

    @ArchTest
    static final ArchRule noRandomnessIsMadeWhileTheExecutableIsBuilt = noFields()
            .that()
            .areStatic()
            .should()
            .haveRawType(assignableTo(RandomGenerator.class))
            .because("native-image refuses a static field whose seed would be that of the build");

    @ArchTest
    static final ArchRule numbersOfOthersAreOfAsciiDigits = noClasses()
            .that()
            .doNotHaveSimpleName("AsciiNumber")
            .should()
            .callMethod(Integer.class, "parseInt", String.class)
            .orShould()
            .callMethod(Integer.class, "parseInt", CharSequence.class, int.class, int.class, int.class)
            .orShould()
            .callMethod(Integer.class, "valueOf", String.class)
            .orShould()
            .callMethod(Long.class, "parseLong", String.class)
            .orShould()
            .callMethod(Long.class, "valueOf", String.class)
            .because("Java takes the digits of every script, which others read differently");

    @ArchTest
    static final ArchRule noClassDependsOnTheSandbox =
            noClasses().should().dependOnClassesThat().resideInAPackage("dev.rampgate.sandbox..");

    @ArchTest
    static final ArchRule noClassBlocksAThread = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(
                    "dev.rampgate.database.migration.Migration") // on the main thread, before a port is open
            .and()
            .doNotHaveFullyQualifiedName("dev.rampgate.outbox.NewEpoch") // likewise, for its task
            .and()
            .doNotHaveFullyQualifiedName("dev.rampgate.privacy.ApplyErasures") // likewise
            .and()
            .doNotHaveFullyQualifiedName("dev.rampgate.backoffice.audit.VerifyAudit") // likewise
            .and()
            .doNotHaveSimpleName("OrderlyShutdown") // it is called by the thread that ends the process
            .and()
            .doNotHaveSimpleName("ShutdownWatchdog") // on a thread of its own
            .should()
            .callMethodWhere(blocking())
            .because("a thread that waits may be an event loop");

    @ArchTest
    static final ArchRule onlyTheMigrationUsesJdbc = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.rampgate.database.migration.FlywayMigration")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "java.sql..", "javax.sql..", "io.agroal..", "org.flywaydb..", "org.postgresql.."));

    private static DescribedPredicate<JavaMethodCall> blocking() {
        return DescribedPredicate.describe("blocking", call -> {
            JavaClass owner = call.getTargetOwner();
            String name = call.getTarget().getName();
            boolean future = owner.isAssignableTo(Future.class) && (name.equals("get") || name.equals("join"));
            boolean await =
                    (owner.isAssignableTo(Uni.class) || owner.isAssignableTo(Multi.class)) && name.equals("await")
                            || name.endsWith("AndAwait");
            boolean thread = owner.isEquivalentTo(Thread.class) && (name.equals("sleep") || name.equals("join"));
            boolean latch = owner.isAssignableTo(CountDownLatch.class) && name.equals("await");
            boolean queue = owner.isAssignableTo(BlockingQueue.class) && (name.equals("take") || name.equals("put"));
            return future || await || thread || latch || queue;
        });
    }
}
