package dev.rampgate;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;

/** The arrows between the rooms, and what must never happen on an event loop. */
@AnalyzeClasses(packages = "dev.rampgate", importOptions = ProductionClasses.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule arrowsPointInward = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("ledger")
            .definedBy("dev.rampgate.ledger..")
            .layer("reconcile")
            .definedBy("dev.rampgate.reconcile..")
            .layer("proof")
            .definedBy("dev.rampgate.proof..")
            .layer("channel")
            .definedBy("dev.rampgate.channel..")
            .layer("session")
            .definedBy("dev.rampgate.session..")
            .layer("live")
            .definedBy("dev.rampgate.live..")
            .layer("identity")
            .definedBy("dev.rampgate.identity..")
            .layer("edge")
            .definedBy("dev.rampgate.edge..")
            .layer("operate")
            .definedBy("dev.rampgate.operate..")
            .whereLayer("ledger")
            .mayNotAccessAnyLayer()
            .whereLayer("reconcile")
            .mayOnlyAccessLayers("ledger")
            .whereLayer("proof")
            .mayNotAccessAnyLayer()
            .whereLayer("channel")
            .mayOnlyAccessLayers("ledger", "reconcile", "proof", "edge")
            .whereLayer("session")
            .mayOnlyAccessLayers("ledger", "reconcile", "proof", "identity", "edge")
            .whereLayer("live")
            .mayOnlyAccessLayers("ledger", "reconcile", "identity", "edge")
            .whereLayer("identity")
            .mayOnlyAccessLayers("edge")
            .whereLayer("edge")
            .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule roomsFormNoCircle =
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
    static final ArchRule clockAndChanceAreInjected = noClasses()
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
    static final ArchRule nobodyKnowsTheSandbox =
            noClasses().should().dependOnClassesThat().resideInAPackage("dev.rampgate.sandbox..");

    @ArchTest
    static final ArchRule nobodyWaits = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(
                    "dev.rampgate.reconcile.Migration") // on the main thread, before a port is open
            .and()
            .doNotHaveSimpleName("OrderlyShutdown") // it is called by the thread that ends the process
            .and()
            .doNotHaveSimpleName("LastResort") // on a thread of its own
            .should()
            .callMethodWhere(blocking())
            .because("a thread that waits may be an event loop");

    @ArchTest
    static final ArchRule onlyTheMigrationUsesJdbc = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.rampgate.reconcile.FlywayMigration")
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
