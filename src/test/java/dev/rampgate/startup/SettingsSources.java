package dev.rampgate.startup;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.Trees;
import io.smallrye.config.common.utils.StringUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The settings that the program knows, as the interfaces with {@code @ConfigMapping} and their comments tell. */
public final class SettingsSources {

    private static final Path ROOT = Path.of("src/main/java");

    /** To another setting: of the same interface, or, with a name in front, of the one around it. */
    private static final Pattern LINK = Pattern.compile("\\{@link (\\w+)?#(\\w+)\\(\\)}");

    /**
     * An interface of settings.
     *
     * @param comment its first sentence
     */
    public record Group(String prefix, String comment, List<Setting> settings) {}

    /**
     * A setting.
     *
     * @param name such as {@code rampgate.proof.base-url}
     * @param type of the method that answers it, as written
     * @param defaultValue as its annotation says
     * @param limits bounds of a number, {@code least} and {@code most}
     * @param values what an enum allows, each with its comment; none for another type
     * @param comment with links resolved, on one line
     */
    public record Setting(
            String name,
            String type,
            Optional<String> defaultValue,
            Map<String, String> limits,
            Map<String, String> values,
            String comment) {}

    private final Trees trees;
    private final List<Group> groups = new ArrayList<>();

    private SettingsSources(Trees trees) {
        this.trees = trees;
    }

    /** All groups, by prefix. */
    public static List<Group> read() {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
                Stream<Path> all = Files.walk(ROOT)) {
            List<Path> some = all.filter(SettingsSources::holdsSettings).toList();
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(some));
            SettingsSources sources = new SettingsSources(Trees.instance(task));
            task.parse().forEach(sources::visit);
            sources.groups.sort(Comparator.comparing(Group::prefix));
            return sources.groups;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean holdsSettings(Path file) {
        try {
            return file.toString().endsWith(".java") && Files.readString(file).contains("@ConfigMapping");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void visit(CompilationUnitTree unit) {
        for (Tree declared : unit.getTypeDecls()) {
            TreePath path = new TreePath(new TreePath(unit), declared);
            ClassTree type = (ClassTree) declared;
            argument(type.getModifiers(), "ConfigMapping").ifPresent(prefix -> {
                List<Setting> settings = new ArrayList<>();
                collect(prefix, path, type, type, settings);
                groups.add(new Group(prefix, comment(path, prefix, prefix).replaceAll("(?<=\\.) .*", ""), settings));
            });
        }
    }

    private void collect(String prefix, TreePath path, ClassTree type, ClassTree whole, List<Setting> found) {
        String root = argument(whole.getModifiers(), "ConfigMapping").orElseThrow();
        for (Tree member : type.getMembers()) {
            if (member instanceof MethodTree method) {
                String answer = method.getReturnType().toString();
                String key = answer.startsWith("Map<String, ") ? ".<name>" : "";
                String name = prefix + "." + StringUtil.skewer(method.getName().toString()) + key;
                Optional<ClassTree> nested =
                        nested(whole, answer.replaceAll("(?:Optional<|Map<String, )(\\w+)>", "$1"));
                TreePath nestedPath =
                        nested.map(inner -> new TreePath(path, inner)).orElse(null);
                if (nested.isPresent() && nested.get().getKind() == Tree.Kind.INTERFACE) {
                    collect(name, nestedPath, nested.get(), whole, found);
                } else {
                    found.add(new Setting(
                            name,
                            answer,
                            argument(method.getModifiers(), "WithDefault"),
                            limits(method.getModifiers()),
                            nested.map(inner -> values(nestedPath, inner)).orElse(Map.of()),
                            comment(new TreePath(path, method), prefix, root)));
                }
            }
        }
    }

    private static Optional<ClassTree> nested(ClassTree whole, String name) {
        return whole.getMembers().stream()
                .filter(ClassTree.class::isInstance)
                .map(ClassTree.class::cast)
                .filter(inner -> inner.getSimpleName().contentEquals(name))
                .findFirst();
    }

    private Map<String, String> values(TreePath path, ClassTree type) {
        Map<String, String> values = new LinkedHashMap<>();
        type.getMembers().stream()
                .filter(VariableTree.class::isInstance)
                .map(VariableTree.class::cast)
                .forEach(constant -> values.put(
                        constant.getName().toString().toLowerCase(Locale.ROOT).replace('_', '-'),
                        comment(new TreePath(path, constant), "", "")));
        return values;
    }

    private static Map<String, String> limits(ModifiersTree modifiers) {
        Map<String, String> limits = new LinkedHashMap<>();
        arguments(modifiers, "Bounds").forEach(argument -> {
            AssignmentTree bound = (AssignmentTree) argument;
            limits.put(bound.getVariable().toString(), literal(bound));
        });
        return limits;
    }

    private static Optional<String> argument(ModifiersTree modifiers, String annotation) {
        return arguments(modifiers, annotation).map(SettingsSources::literal).findFirst();
    }

    private static Stream<? extends ExpressionTree> arguments(ModifiersTree modifiers, String annotation) {
        return modifiers.getAnnotations().stream()
                .filter(one -> one.getAnnotationType().toString().equals(annotation))
                .map(AnnotationTree::getArguments)
                .flatMap(List::stream);
    }

    private static String literal(ExpressionTree argument) {
        ExpressionTree value = argument instanceof AssignmentTree named ? named.getExpression() : argument;
        return String.valueOf(((LiteralTree) value).getValue());
    }

    private String comment(TreePath path, String prefix, String root) {
        String comment = trees.getDocComment(path);
        if (comment == null) {
            throw new IllegalStateException("a setting of " + prefix + " has no comment: " + path.getLeaf());
        }
        String line = comment.strip().replaceAll("\\s+", " ").replaceAll("\\{@code ([^}]*)}", "`$1`");
        return LINK.matcher(line)
                .replaceAll(link ->
                        "`" + (link.group(1) == null ? prefix : root) + "." + StringUtil.skewer(link.group(2)) + "`");
    }
}
