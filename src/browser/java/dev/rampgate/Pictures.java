package dev.rampgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Draws the states of a page: each one whole into {@code target/screenshots}, and all of them small on one sheet into
 * {@code docs/screenshots}.
 */
final class Pictures {

    /** A whole picture in the documentation. */
    private static final int PICTURE_LIMIT = 320 * 1024;

    private static final int SHEET_LIMIT = 600 * 1024;
    private static final int GAP = 16;
    private static final int LABEL = 24;
    private static final int COLOURS = 256;

    private static final Path ROOT = Path.of(System.getProperty("project.basedir", "."));
    private static final Path DOCS = ROOT.resolve("docs").resolve("screenshots");
    private static final Path TARGET = ROOT.resolve("target").resolve("screenshots");

    private final String name;
    private final Map<String, BufferedImage> states = new LinkedHashMap<>();

    /** @param name the sheet's, such as {@code checkout-states-phone-dark} */
    Pictures(String name) {
        this.name = name;
    }

    /** Writes a whole picture into the documentation. */
    static void draw(String file, byte[] picture) throws IOException {
        assertThat(picture).hasSizeLessThan(PICTURE_LIMIT);
        Files.createDirectories(DOCS);
        Files.write(DOCS.resolve(file), picture);
    }

    void add(String state, byte[] picture) {
        try {
            Files.createDirectories(TARGET);
            Files.write(TARGET.resolve(name + "-" + state.replace(' ', '-') + ".png"), picture);
            states.put(state, ImageIO.read(new ByteArrayInputStream(picture)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param width of a state on the sheet, in pixels */
    void drawSheet(int width, int columns) throws IOException {
        int rows = (states.size() + columns - 1) / columns;
        int[] heights = new int[rows];
        List<Map.Entry<String, BufferedImage>> all = List.copyOf(states.entrySet());
        for (int i = 0; i < all.size(); i++) {
            heights[i / columns] =
                    Math.max(heights[i / columns], height(all.get(i).getValue(), width));
        }
        int total = GAP;
        for (int height : heights) {
            total += height + LABEL + GAP;
        }
        BufferedImage sheet = new BufferedImage(columns * (width + GAP) + GAP, total, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = sheet.createGraphics();
        pen.setColor(new Color(0x7c8798));
        pen.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        pen.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        pen.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
        int top = GAP;
        for (int row = 0; row < rows; row++) {
            for (int i = row * columns; i < Math.min((row + 1) * columns, all.size()); i++) {
                int left = GAP + (i % columns) * (width + GAP);
                BufferedImage picture = all.get(i).getValue();
                pen.setColor(Color.WHITE);
                pen.drawString(all.get(i).getKey(), left, top + LABEL - 8);
                pen.drawImage(reduced(picture, width), left, top + LABEL, null);
            }
            top += heights[row] + LABEL + GAP;
        }
        pen.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(withFewColours(sheet), "png", bytes);
        assertThat(bytes.size()).isLessThan(SHEET_LIMIT);
        Files.createDirectories(DOCS);
        Files.write(DOCS.resolve(name + ".png"), bytes.toByteArray());
    }

    /** By halves, so that each pixel counts and small text stays text. */
    private static BufferedImage reduced(BufferedImage picture, int width) {
        int next = Math.max(width, picture.getWidth() / 2);
        BufferedImage smaller = new BufferedImage(next, height(picture, next), BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = smaller.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        pen.drawImage(picture, 0, 0, next, smaller.getHeight(), null);
        pen.dispose();
        return next == width ? smaller : reduced(smaller, width);
    }

    private static int height(BufferedImage picture, int width) {
        return picture.getHeight() * width / picture.getWidth();
    }

    /** The same picture in its most frequent colours, which takes a third of the bytes. */
    private static BufferedImage withFewColours(BufferedImage picture) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                counts.merge(picture.getRGB(x, y) & 0xf8f8f8, 1, Integer::sum);
            }
        }
        List<Integer> frequent = counts.entrySet().stream()
                .sorted(Collections.reverseOrder(Comparator.comparing(Map.Entry::getValue)))
                .limit(COLOURS)
                .map(Map.Entry::getKey)
                .toList();
        byte[] red = new byte[frequent.size()];
        byte[] green = new byte[frequent.size()];
        byte[] blue = new byte[frequent.size()];
        for (int i = 0; i < frequent.size(); i++) {
            // The middle of the range that was rounded down.
            red[i] = (byte) (frequent.get(i) >> 16 | 4);
            green[i] = (byte) (frequent.get(i) >> 8 | 4);
            blue[i] = (byte) (frequent.get(i) | 4);
        }
        Map<Integer, Integer> nearest = new HashMap<>();
        BufferedImage indexed = new BufferedImage(
                picture.getWidth(),
                picture.getHeight(),
                BufferedImage.TYPE_BYTE_INDEXED,
                new IndexColorModel(8, frequent.size(), red, green, blue));
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                int index =
                        nearest.computeIfAbsent(picture.getRGB(x, y) & 0xf8f8f8, colour -> nearest(colour, frequent));
                indexed.getRaster().setSample(x, y, 0, index);
            }
        }
        return indexed;
    }

    private static int nearest(int colour, List<Integer> palette) {
        int best = 0;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < palette.size(); i++) {
            int distance = 0;
            for (int shift = 0; shift <= 16; shift += 8) {
                int difference = (colour >> shift & 0xff) - (palette.get(i) >> shift & 0xff);
                distance += difference * difference;
            }
            if (distance < least) {
                least = distance;
                best = i;
            }
        }
        return best;
    }
}
