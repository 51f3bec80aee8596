import java.io.File;
import java.io.FileOutputStream;
import java.util.List;
import java.util.Map;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.formats.FunctionalSyntaxDocumentFormat;
import org.semanticweb.owlapi.formats.OWLXMLDocumentFormat;
import org.semanticweb.owlapi.formats.RDFXMLDocumentFormat;
import org.semanticweb.owlapi.formats.TurtleDocumentFormat;
import org.semanticweb.owlapi.io.FileDocumentSource;
import org.semanticweb.owlapi.model.*;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;
import org.semanticweb.owlapi.profiles.Profiles;

/** Loads, checks, edits and saves ontologies with the OWL API, offline; one argument, one command. */
public class OwlApi {
    private static final Map<String, OWLDocumentFormat> FORMATS =
        Map.of(
            "owlxml", new OWLXMLDocumentFormat(),
            "rdfxml", new RDFXMLDocumentFormat(),
            "turtle", new TurtleDocumentFormat(),
            "functional", new FunctionalSyntaxDocumentFormat());

    public static void main(String[] arguments) throws Exception {
        for (String argument : arguments) {
            String[] words = argument.split("\\|");
            OWLOntology ontology = load(words[1]);
            switch (words[0]) {
                case "check" -> check(words[1], ontology);
                case "save" -> save(ontology, words[2], words[3]);
                case "edit" -> {
                    edit(ontology, List.of(words).subList(4, words.length));
                    save(ontology, words[2], words[3]);
                }
                default -> throw new IllegalArgumentException(argument);
            }
        }
    }

    private static OWLOntology load(String path) throws OWLOntologyCreationException {
        OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
        OWLOntologyLoaderConfiguration strict =
            new OWLOntologyLoaderConfiguration()
                .setMissingImportHandlingStrategy(MissingImportHandlingStrategy.THROW_EXCEPTION)
                .setRepairIllegalPunnings(false);
        return manager.loadOntologyFromOntologyDocument(
            new FileDocumentSource(new File(path)), strict);
    }

    private static void check(String path, OWLOntology ontology) {
        List<OWLProfileViolation> violations =
            Profiles.OWL2_DL.checkOntology(ontology).getViolations();
        System.out.printf("%s\taxioms\t%d%n", path, ontology.getAxiomCount());
        for (OWLProfileViolation violation : violations) {
            System.out.printf("%s\tviolation\t%s%n", path, oneLine(violation));
        }
        ontology
            .annotationPropertiesInSignature()
            .filter(item -> !item.isBuiltIn() && !ontology.isDeclared(item))
            .forEach(item -> System.out.printf("%s\tundeclared\t%s%n", path, item));
        ontology
            .axioms(AxiomType.ANNOTATION_ASSERTION)
            .filter(item -> item.getSubject() instanceof OWLAnonymousIndividual)
            .forEach(item -> System.out.printf("%s\tunread\t%s%n", path, oneLine(item)));
    }

    private static void save(OWLOntology ontology, String path, String format) throws Exception {
        try (FileOutputStream stream = new FileOutputStream(path)) {
            ontology.saveOntology(FORMATS.get(format), stream);
        }
    }

    private static String oneLine(Object value) {
        return value.toString().replaceAll("\\s+", " ");
    }

    private static void edit(OWLOntology ontology, List<String> edits) {
        OWLDataFactory factory = ontology.getOWLOntologyManager().getOWLDataFactory();
        for (String edit : edits) {
            String[] words = edit.split(" ", 3);
            OWLClass about = factory.getOWLClass(IRI.create(words[1]));
            switch (words[0]) {
                case "label" -> relabel(ontology, factory, about, words[2]);
                case "class" -> {
                    ontology.add(factory.getOWLDeclarationAxiom(about));
                    ontology.add(factory.getOWLSubClassOfAxiom(about, factory.getOWLClass(IRI.create(words[2]))));
                }
                case "some" -> {
                    String[] pair = words[2].split(" ");
                    OWLObjectProperty property = factory.getOWLObjectProperty(IRI.create(pair[0]));
                    OWLClass filler = factory.getOWLClass(IRI.create(pair[1]));
                    ontology.add(
                        factory.getOWLSubClassOfAxiom(
                            about, factory.getOWLObjectSomeValuesFrom(property, filler)));
                }
                default -> throw new IllegalArgumentException(edit);
            }
        }
    }

    private static void relabel(
        OWLOntology ontology, OWLDataFactory factory, OWLClass about, String label) {
        OWLAnnotationProperty property = factory.getRDFSLabel();
        ontology
            .annotationAssertionAxioms(about.getIRI())
            .filter(item -> item.getProperty().equals(property))
            .toList()
            .forEach(ontology::remove);
        ontology.add(
            factory.getOWLAnnotationAssertionAxiom(
                property, about.getIRI(), factory.getOWLLiteral(label)));
    }
}
