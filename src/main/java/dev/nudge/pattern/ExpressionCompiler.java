package dev.nudge.pattern;

import com.google.common.collect.ImmutableList;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.checker.CelChecker;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.CelVarDecl;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.CelMap;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelParser;
import dev.cel.parser.CelParserFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.parser.Operator;
import dev.cel.runtime.CelEvaluationException;
import dev.nudge.pattern.ExpressionException.Mistake;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compiles one expression.
 *
 * <p>CEL knows messages and maps; we know names with dots, each with a type, some of which are
 * absent. So between CEL's parser and its type checker the tree is rewritten: {@code
 * customer.orderCount}, a selection, becomes one variable of that name and type, which is looked up
 * when it is needed; {@code has(customer.city)} and {@code 'city' in customer} ask whether there is
 * one; and a function that compares with the customer's orders gets the scope handed.
 */
final class ExpressionCompiler {
  /** The most mistakes that are told of one expression. */
  private static final int MAX_MISTAKES = 10;

  private static final CelParser PARSER =
      CelParserFactory.standardCelParserBuilder()
          .setOptions(Functions.OPTIONS)
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .build();

  /** What CEL itself has names for, beside variables and functions. */
  private static final Set<String> CEL_TYPES =
      Set.of(
          "bool",
          "bytes",
          "double",
          "duration",
          "dyn",
          "int",
          "list",
          "map",
          "null_type",
          "string",
          "timestamp",
          "type",
          "uint",
          "google");

  private static final java.util.regex.Pattern UNDECLARED =
      java.util.regex.Pattern.compile("undeclared reference to '(.*)' \\(in container '.*'\\)");
  private static final java.util.regex.Pattern OVERLOAD =
      java.util.regex.Pattern.compile(
          "found no matching overload for '(.*)' applied to '(.*)' \\(candidates: (.*)\\)");
  private static final java.util.regex.Pattern SYNTAX =
      java.util.regex.Pattern.compile("(.*?)(?: expecting .*)?", java.util.regex.Pattern.DOTALL);
  private static final java.util.regex.Pattern TOO_DEEP =
      java.util.regex.Pattern.compile("Expression recursion limit exceeded.*");

  private final String text;
  private final Names names;
  private final Expression.Type type;
  private final List<Mistake> mistakes = new ArrayList<>();
  private final Map<String, Names.Type> reads = new LinkedHashMap<>();
  private final Set<String> maps = new TreeSet<>();
  private final Set<String> calls = new HashSet<>();
  private CelSource source;
  private int nodes;
  private int comprehensions;
  private long nextId = 1L << 32;

  ExpressionCompiler(String text, Names names, Expression.Type type) {
    this.text = text;
    this.names = names;
    this.type = type;
  }

  Expression compile() throws ExpressionException {
    int length = text.codePointCount(0, text.length());
    if (length > Expression.MAX_LENGTH) {
      mistake(1, 1, length + " characters", "at most " + Expression.MAX_LENGTH);
      throw refused();
    }
    CelAbstractSyntaxTree parsed = parsed();
    source = parsed.getSource();
    CelExpr root = rewritten(parsed.getExpr(), Set.of());
    if (nodes > Expression.MAX_NODES) {
      mistake(1, 1, nodes + " operations and names", "at most " + Expression.MAX_NODES);
    }
    if (comprehensions > Expression.MAX_COMPREHENSIONS) {
      mistake(
          1,
          1,
          comprehensions + " walks through lists",
          "at most " + Expression.MAX_COMPREHENSIONS);
    }
    if (!mistakes.isEmpty()) {
      throw refused();
    }
    CelAbstractSyntaxTree checked = checked(CelAbstractSyntaxTree.newParsedAst(root, source));
    try {
      return new Expression(
          text,
          names,
          type,
          Functions.RUNTIME.createProgram(checked),
          reads,
          eventNames(checked.getExpr()));
    } catch (CelEvaluationException impossible) {
      throw new IllegalStateException("checked, but no program: " + text, impossible);
    }
  }

  private CelAbstractSyntaxTree parsed() throws ExpressionException {
    CelValidationResult result = PARSER.parse(text);
    // What follows the first mistake in the notation is as a rule its consequence.
    for (CelIssue issue : result.getErrors().stream().limit(1).toList()) {
      Matcher syntax = SYNTAX.matcher(issue.getMessage());
      String problem = syntax.matches() ? syntax.group(1).strip() : issue.getMessage();
      CelSourceLocation place = issue.getSourceLocation();
      if (TOO_DEEP.matcher(problem).matches()) {
        mistake(1, 1, "more than " + Expression.MAX_DEPTH + " levels", "at most as many");
      } else if (problem.endsWith("'<EOF>'")) {
        mistake(place.getLine(), place.getColumn() + 1, "the end of the text", "more in CEL");
      } else {
        String found = "a mistake in the notation (%s)".formatted(oneLine(problem));
        mistake(place.getLine(), place.getColumn() + 1, found, "an expression in CEL");
      }
    }
    return tree(result);
  }

  private CelAbstractSyntaxTree checked(CelAbstractSyntaxTree tree) throws ExpressionException {
    CelChecker checker =
        CelCompilerFactory.standardCelCheckerBuilder()
            .setOptions(Functions.OPTIONS)
            .setStandardEnvironmentEnabled(true)
            .addFunctionDeclarations(Functions.DECLARATIONS)
            .addVarDeclarations(variables())
            .build();
    CelValidationResult result = checker.check(tree);
    result.getErrors().forEach(this::explain);
    CelAbstractSyntaxTree checked = tree(result);
    CelType found = checked.getResultType();
    if (!isWanted(found)) {
      mistake(1, 1, "%s %s".formatted(article(shown(found)), shown(found)), type.shown());
      throw refused();
    }
    return checked;
  }

  private List<CelVarDecl> variables() {
    List<CelVarDecl> variables = new ArrayList<>();
    reads.forEach((name, declared) -> variables.add(variable(name, celType(declared))));
    maps.forEach(
        name -> variables.add(variable(name, MapType.create(SimpleType.STRING, SimpleType.DYN))));
    variables.add(variable(Functions.SCOPE, Functions.SCOPE_TYPE));
    return variables;
  }

  private static CelVarDecl variable(String name, CelType type) {
    return CelVarDecl.newVarDeclaration(name, type);
  }

  private static CelType celType(Names.Type declared) {
    return switch (declared) {
      case BOOL -> SimpleType.BOOL;
      case INT -> SimpleType.INT;
      case DOUBLE -> SimpleType.DOUBLE;
      case STRING -> SimpleType.STRING;
      case STRINGS -> ListType.create(SimpleType.STRING);
      case DYNAMIC -> SimpleType.DYN;
    };
  }

  private boolean isWanted(CelType found) {
    return switch (found.kind()) {
      case DYN, ANY -> true;
      case BOOL -> type.takes(Boolean.class);
      case INT -> type.takes(Long.class);
      case DOUBLE -> type.takes(Double.class);
      case STRING -> type.takes(String.class);
      case DURATION -> type == Expression.Type.DURATION;
      default -> false;
    };
  }

  /** Rewrites a tree; names that a macro gave to an item stay what they are. */
  private CelExpr rewritten(CelExpr expr, Set<String> bound) {
    nodes++;
    List<String> path = pathOf(expr, bound);
    if (path != null) {
      int own = ownLength(path);
      if (path.size() == own) {
        return variable(expr, path);
      } else if (path.size() < own) {
        return wholeOf(expr, path);
      }
    }
    return switch (expr.getKind()) {
      case IDENT -> ident(expr, bound);
      case SELECT -> select(expr, bound);
      case CALL -> call(expr, bound);
      case LIST ->
          CelExpr.ofList(
              expr.id(), all(expr.list().elements(), bound), expr.list().optionalIndices());
      case MAP -> map(expr, bound);
      case COMPREHENSION -> comprehension(expr, bound);
      default -> expr;
    };
  }

  private ImmutableList<CelExpr> all(List<CelExpr> exprs, Set<String> bound) {
    return exprs.stream().map(e -> rewritten(e, bound)).collect(ImmutableList.toImmutableList());
  }

  /**
   * The names from a root on, {@code [steps, cart, price]}, where an expression is nothing but a
   * chain of them; else null. {@code event['my field']} is such a chain too.
   */
  private static List<String> pathOf(CelExpr expr, Set<String> bound) {
    if (expr.getKind() == Kind.IDENT) {
      String name = expr.ident().name();
      boolean isRoot = Names.ROOTS.contains(name) && !bound.contains(name);
      return isRoot ? List.of(name) : null;
    }
    CelExpr operand;
    String name;
    if (expr.getKind() == Kind.SELECT && !expr.select().testOnly()) {
      operand = expr.select().operand();
      name = expr.select().field();
    } else if (isCall(expr, Operator.INDEX.getFunction())
        && stringOf(expr.call().args().get(1)) != null) {
      operand = expr.call().args().get(0);
      name = stringOf(expr.call().args().get(1));
    } else {
      return null;
    }
    List<String> before = pathOf(operand, bound);
    return before == null ? null : with(before, name);
  }

  private static List<String> with(List<String> path, String name) {
    return Stream.concat(path.stream(), Stream.of(name)).toList();
  }

  /** How many names of a path make up one of ours; those behind it select within its value. */
  private static int ownLength(List<String> path) {
    return switch (path.get(0)) {
      case "now" -> 1;
      case "policy" -> path.size() > 1 && path.get(1).equals("lifecycle") ? 3 : 2;
      case "steps" -> path.size() > 3 && path.get(2).equals("first") ? 4 : 3;
      default -> 2;
    };
  }

  private CelExpr variable(CelExpr expr, List<String> path) {
    String name = String.join(".", path);
    Names.Type declared = declared(expr, path);
    reads.put(name, declared == null ? Names.Type.DYNAMIC : declared);
    return CelExpr.ofIdent(expr.id(), name);
  }

  /** The type of a name; notes a mistake and returns null if there is no such name. */
  private Names.Type declared(CelExpr expr, List<String> path) {
    String last = path.get(path.size() - 1);
    switch (path.get(0)) {
      case "event" -> {
        if (!names.hasEvent()) {
          place(rootId(expr), "event", "what is known without an event: customer, now, policy");
        }
        return names.typeOfEventField(last);
      }
      case "customer" -> {
        String meant = names.misspeltFeature(last);
        if (meant != null) {
          String name = "customer." + last;
          place(
              rootId(expr),
              name,
              "a feature, or an attribute that the schema names; did you mean customer.%s?"
                  .formatted(meant));
        }
        return names.typeOfCustomer(last);
      }
      case "steps" -> {
        if (!names.steps().contains(path.get(1))) {
          unknown(expr, "the step " + path.get(1), path.get(1), names.steps());
        }
        boolean counts = path.size() == 3 && last.equals("count");
        return counts ? Names.Type.INT : names.typeOfEventField(last);
      }
      default -> {
        String name = String.join(".", path);
        Names.Type known = names.typeOf(name);
        if (known == null) {
          unknown(expr, "the name " + name, name, names.known(path.get(0)));
        }
        return known;
      }
    }
  }

  private void unknown(
      CelExpr expr, String found, String given, java.util.Collection<String> known) {
    String expected = known.isEmpty() ? "none, for there are none" : "one of " + joined(known);
    place(rootId(expr), found, expected + Suggestion.of(given, known));
  }

  /** An event or a customer as a map, for names that are computed. */
  private CelExpr wholeOf(CelExpr expr, List<String> path) {
    String root = path.get(0);
    if (path.size() == 1
        && (root.equals("customer") || (root.equals("event") && names.hasEvent()))) {
      maps.add(root);
    } else {
      String name = String.join(".", path);
      place(rootId(expr), name, "a name within it, such as %s.…".formatted(name));
    }
    return expr;
  }

  private CelExpr ident(CelExpr expr, Set<String> bound) {
    String name = expr.ident().name();
    if (!bound.contains(name) && !CEL_TYPES.contains(name)) {
      String hint = Suggestion.of(name, Names.ROOTS);
      if (names.hasEvent() && names.typeOfEventField(name) != Names.Type.DYNAMIC) {
        hint = "; did you mean event.%s?".formatted(name);
      }
      place(expr.id(), "the name " + name, "one of " + joined(Names.ROOTS) + hint);
    }
    return expr;
  }

  private CelExpr select(CelExpr expr, Set<String> bound) {
    CelExpr operand = expr.select().operand();
    List<String> path = expr.select().testOnly() ? pathOf(operand, bound) : null;
    if (path != null) {
      List<String> full = with(path, expr.select().field());
      if (full.size() == ownLength(full)) {
        return isThere(expr, full);
      } else if (full.size() == 2 && full.get(0).equals("steps")) {
        CelExpr count = variable(CelExpr.ofIdent(operand.id(), "steps"), with(full, "count"));
        CelExpr zero = CelExpr.ofConstant(nextId++, CelConstant.ofValue(0));
        return CelExpr.ofCall(
            expr.id(),
            Optional.empty(),
            Operator.GREATER.getFunction(),
            ImmutableList.of(count, zero));
      }
    }
    return CelExpr.ofSelect(
        expr.id(), rewritten(operand, bound), expr.select().field(), expr.select().testOnly());
  }

  private CelExpr isThere(CelExpr expr, List<String> path) {
    Names.Type declared = declared(expr, path);
    String name = String.join(".", path);
    reads.put(name, declared == null ? Names.Type.DYNAMIC : declared);
    CelExpr constant = CelExpr.ofConstant(nextId++, CelConstant.ofValue(name));
    return CelExpr.ofCall(
        expr.id(), Optional.empty(), Functions.HAS, ImmutableList.of(constant, scope()));
  }

  private CelExpr scope() {
    return CelExpr.ofIdent(nextId++, Functions.SCOPE);
  }

  private CelExpr call(CelExpr expr, Set<String> bound) {
    CelCall call = expr.call();
    calls.add(call.function());
    if (call.function().equals(Operator.IN.getFunction()) && stringOf(call.args().get(0)) != null) {
      List<String> path = pathOf(call.args().get(1), bound);
      if (path != null && path.size() == 1 && !path.get(0).equals("steps")) {
        List<String> full = with(path, stringOf(call.args().get(0)));
        if (full.size() == ownLength(full)) {
          return isThere(expr, full);
        }
      }
    }
    if (call.function().equals("matches")) {
      boundRegex(call.args().get(call.args().size() - 1));
    }
    ImmutableList<CelExpr> arguments = all(call.args(), bound);
    if (Functions.SCOPED.contains(call.function()) && call.target().isEmpty()) {
      arguments = ImmutableList.<CelExpr>builder().addAll(arguments).add(scope()).build();
    }
    return CelExpr.ofCall(
        expr.id(), call.target().map(t -> rewritten(t, bound)), call.function(), arguments);
  }

  /** A regular expression that is written out is looked at now; others when they are met. */
  private void boundRegex(CelExpr argument) {
    String regex = stringOf(argument);
    if (regex == null) {
      return;
    }
    try {
      int size = Pattern.compile(regex).programSize();
      if (size > Expression.MAX_REGEX) {
        place(
            argument.id(),
            "a regular expression of %d instructions".formatted(size),
            "at most " + Expression.MAX_REGEX);
      }
    } catch (PatternSyntaxException wrong) {
      place(argument.id(), oneLine(wrong.getMessage()), "a regular expression that RE2 takes");
    }
  }

  private CelExpr map(CelExpr expr, Set<String> bound) {
    ImmutableList<CelMap.Entry> entries =
        expr.map().entries().stream()
            .map(
                entry ->
                    entry.toBuilder()
                        .setKey(rewritten(entry.key(), bound))
                        .setValue(rewritten(entry.value(), bound))
                        .build())
            .collect(ImmutableList.toImmutableList());
    return CelExpr.ofMap(expr.id(), entries);
  }

  private CelExpr comprehension(CelExpr expr, Set<String> bound) {
    comprehensions++;
    CelComprehension walk = expr.comprehension();
    Set<String> inner = new HashSet<>(bound);
    inner.addAll(List.of(walk.iterVar(), walk.iterVar2(), walk.accuVar()));
    return CelExpr.ofComprehension(
        expr.id(),
        walk.iterVar(),
        walk.iterVar2(),
        rewritten(walk.iterRange(), bound),
        walk.accuVar(),
        rewritten(walk.accuInit(), bound),
        rewritten(walk.loopCondition(), inner),
        rewritten(walk.loopStep(), inner),
        rewritten(walk.result(), inner));
  }

  /** See {@link Expression#eventNames()}; null stands for all names. */
  private static Set<String> eventNames(CelExpr expr) {
    if (expr.getKind() != Kind.CALL || expr.call().args().size() != 2) {
      return null;
    }
    CelExpr left = expr.call().args().get(0);
    CelExpr right = expr.call().args().get(1);
    String function = expr.call().function();
    if (function.equals(Operator.LOGICAL_AND.getFunction())) {
      return intersection(eventNames(left), eventNames(right));
    } else if (function.equals(Operator.LOGICAL_OR.getFunction())) {
      return union(eventNames(left), eventNames(right));
    } else if (function.equals(Operator.EQUALS.getFunction())) {
      String name =
          isEventName(left) ? stringOf(right) : isEventName(right) ? stringOf(left) : null;
      return name == null ? null : Set.of(name);
    } else if (function.equals(Operator.IN.getFunction())
        && isEventName(left)
        && right.getKind() == Kind.LIST) {
      List<String> all =
          right.list().elements().stream().map(ExpressionCompiler::stringOf).toList();
      return all.stream().allMatch(Objects::nonNull) ? new TreeSet<>(all) : null;
    }
    return null;
  }

  private static Set<String> intersection(Set<String> a, Set<String> b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    Set<String> both = new TreeSet<>(a);
    both.retainAll(b);
    return both;
  }

  private static Set<String> union(Set<String> a, Set<String> b) {
    if (a == null || b == null) {
      return null;
    }
    Set<String> all = new TreeSet<>(a);
    all.addAll(b);
    return all;
  }

  private static boolean isEventName(CelExpr expr) {
    return expr.getKind() == Kind.IDENT && expr.ident().name().equals("event.event");
  }

  private static boolean isCall(CelExpr expr, String function) {
    return expr.getKind() == Kind.CALL && expr.call().function().equals(function);
  }

  private static String stringOf(CelExpr expr) {
    return expr.getKind() == Kind.CONSTANT
            && expr.constant().getKind() == CelConstant.Kind.STRING_VALUE
        ? expr.constant().stringValue()
        : null;
  }

  /** Where an expression begins, for that is where one looks: at its leftmost name. */
  private static long rootId(CelExpr expr) {
    return switch (expr.getKind()) {
      case SELECT -> rootId(expr.select().operand());
      case CALL ->
          expr.call().target().isPresent()
              ? rootId(expr.call().target().get())
              : isCall(expr, Operator.INDEX.getFunction())
                  ? rootId(expr.call().args().get(0))
                  : expr.id();
      default -> expr.id();
    };
  }

  private void explain(CelIssue issue) {
    String message = issue.getMessage();
    String found = oneLine(message);
    String expected = "an expression that CEL's type checker takes";
    Matcher undeclared = UNDECLARED.matcher(message);
    Matcher overload = OVERLOAD.matcher(message);
    if (undeclared.matches()) {
      String name = undeclared.group(1);
      found = (calls.contains(name) ? "the function " : "the name ") + name;
      expected = "a function of CEL or one of " + joined(ownFunctions());
      expected += Suggestion.of(name, ownFunctions());
    } else if (overload.matches()) {
      List<String> given = typesOf(overload.group(2));
      found = applied(overload.group(1), given);
      expected =
          Arrays.stream(overload.group(3).split("(?<=\\)),"))
              .map(ExpressionCompiler::typesOf)
              .filter(candidate -> isNear(candidate, given))
              .map(candidate -> applied(overload.group(1), candidate))
              .distinct()
              .limit(4)
              .collect(Collectors.joining(", or "));
      if (expected.isEmpty()) {
        expected = "what " + shownFunction(overload.group(1)) + " takes";
      }
    }
    CelSourceLocation at = issue.getSourceLocation();
    mistake(at.getLine(), at.getColumn() + 1, found, expected);
  }

  /** Candidates that share a type with what was given, or take another number of arguments. */
  private static boolean isNear(List<String> candidate, List<String> given) {
    if (candidate.size() != given.size()) {
      return true;
    }
    for (int i = 0; i < given.size(); i++) {
      if (candidate.get(i).equals(given.get(i)) || given.size() == 1) {
        return true;
      }
    }
    return false;
  }

  private static List<String> typesOf(String signature) {
    String inner = signature.replaceAll("^\\(|\\)$", "");
    return Arrays.stream(inner.split(", "))
        .map(ExpressionCompiler::shownType)
        .filter(name -> !name.equals("scope") && !name.isEmpty())
        .toList();
  }

  private static String applied(String function, List<String> types) {
    String symbol = shownFunction(function);
    if (function.equals(Operator.CONDITIONAL.getFunction()) && types.size() == 3) {
      return "%s ? %s : %s".formatted(types.get(0), types.get(1), types.get(2));
    } else if (function.equals(Operator.INDEX.getFunction()) && types.size() == 2) {
      return "%s[%s]".formatted(types.get(0), types.get(1));
    } else if (symbol.equals(function)) {
      return "%s(%s)".formatted(function, String.join(", ", types));
    }
    return types.size() == 2
        ? "%s %s %s".formatted(types.get(0), symbol, types.get(1))
        : symbol + String.join(", ", types);
  }

  /** An operator's sign: {@code _>_} is {@code >} and {@code @in} is {@code in}. */
  private static String shownFunction(String function) {
    return function.startsWith("@") || function.contains("_")
        ? function.replaceAll("[@_]", "")
        : function;
  }

  private static String shown(CelType type) {
    return shownType(type.name());
  }

  private static String shownType(String name) {
    String plain = name.strip().replace("google.protobuf.", "");
    return plain.startsWith("%") ? "any" : plain.toLowerCase(Locale.ROOT);
  }

  private static String article(String noun) {
    return noun.startsWith("i") ? "an" : "a";
  }

  private static List<String> ownFunctions() {
    return Functions.DECLARATIONS.stream()
        .map(declaration -> declaration.name())
        .filter(name -> !name.equals(Functions.HAS))
        .sorted()
        .toList();
  }

  private static String joined(java.util.Collection<String> names) {
    return String.join(", ", names);
  }

  private static String oneLine(String message) {
    return message.replaceAll("\\s+", " ");
  }

  private CelAbstractSyntaxTree tree(CelValidationResult result) throws ExpressionException {
    if (!mistakes.isEmpty()) {
      throw refused();
    }
    try {
      return result.getAst();
    } catch (CelValidationException failure) {
      throw new IllegalStateException("an error that is no issue: " + text, failure);
    }
  }

  private ExpressionException refused() {
    mistakes.sort(Comparator.comparingInt(Mistake::line).thenComparingInt(Mistake::column));
    return new ExpressionException(mistakes.stream().limit(MAX_MISTAKES).toList());
  }

  private void place(long id, String found, String expected) {
    CelSourceLocation at =
        Optional.ofNullable(source.getPositionsMap().get(id))
            .flatMap(source::getOffsetLocation)
            .orElse(CelSourceLocation.of(1, 0));
    mistake(at.getLine(), at.getColumn() + 1, found, expected);
  }

  private void mistake(int line, int column, String found, String expected) {
    mistakes.add(new Mistake(Math.max(1, line), Math.max(1, column), found, expected));
  }
}
