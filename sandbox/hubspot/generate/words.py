"""Names and texts to draw from."""


def _words(text: str) -> list[str]:
    return text.split()


FIRST_NAMES = _words("""María Carmen Ana Laura Cristina Marta Lucía Elena Paula Sara Raquel Beatriz Nuria Silvia Irene Andrea Alba Rocío Inés Claudia
Antonio José Manuel Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pedro Pablo Ángel Sergio Fernando Jorge Luis
Alberto Álvaro Diego Adrián Raúl Iván Rubén Óscar Andrés Hugo João Inês Tiago Beatriz Giulia Luca Chloé Antoine Lena Jonas Ximena Santiago""")

LAST_NAMES = _words("""García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez
Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega Delgado Castro Ortiz
Rubio Marín Sanz Núñez Iglesias Medina Garrido Cortés Castillo Santos Lozano Guerrero Cano Prieto Méndez Cruz Calvo Gallego Vidal Silva
Ferreira Rossi Bianchi Dubois Moreau Schmidt Weber Restrepo Quintero""")

COMPANY_HEADS = _words("""Construcciones Talleres Logística Transportes Grupo Industrias Consultores Clínica Bodegas Hoteles Distribuciones Ingeniería
Laboratorios Comercial Suministros Energía Gráficas Alimentación Seguros Formación Viajes Muebles Textil Cerámicas""")

COMPANY_TAILS = _words("""Vega Ibérica Levante Cantábrico Mediterránea Duero Guadiana Teide Montseny Albaicín Ebro Rioja Costa Sierra Norte Sur Atlántica
Pirineos Meseta Ribera Alcázar Faro Mirador Olivares Robledo Valverde Castellana Tajo Segura Bahía Cumbres Horizonte""")

LEGAL_FORMS = ("S.L.", "S.A.", "S.L.U.", "S.Coop.", "Lda.", "GmbH", "SARL", "S.r.l.", "S.A. de C.V.", "S.A.S.")

# job title, how often, how much it fits (0–1)
JOB_TITLES = (
    ("Director/a de Marketing", 10, 0.9),
    ("Responsable de Ventas", 10, 0.8),
    ("Director/a General", 8, 1.0),
    ("CEO", 7, 1.0),
    ("Head of Sales", 5, 0.9),
    ("Revenue Operations Manager", 5, 1.0),
    ("Jefe/a de Proyecto", 8, 0.5),
    ("Técnico/a de Marketing", 12, 0.4),
    ("Comercial", 10, 0.3),
    ("Administrativo/a", 8, 0.1),
    ("Consultor/a", 8, 0.3),
    ("Estudiante", 5, 0.0),
    ("", 4, 0.2),
)

# written country (dirty on purpose), code, how often, how much it fits
COUNTRIES = (
    ("España", "ES", 38, 1.0),
    ("Spain", "ES", 14, 1.0),
    ("ES", "ES", 3, 1.0),
    ("México", "MX", 11, 0.8),
    ("Colombia", "CO", 8, 0.7),
    ("Portugal", "PT", 8, 0.7),
    ("Francia", "FR", 6, 0.4),
    ("Alemania", "DE", 6, 0.4),
    ("Italia", "IT", 5, 0.4),
    ("India", "IN", 1, 0.0),
)

INDUSTRIES = (
    "COMPUTER_SOFTWARE",
    "INFORMATION_TECHNOLOGY_AND_SERVICES",
    "FINANCIAL_SERVICES",
    "RETAIL",
    "MACHINERY",
    "LOGISTICS_AND_SUPPLY_CHAIN",
    "HOSPITAL_HEALTH_CARE",
    "CONSTRUCTION",
    "FOOD_PRODUCTION",
    "HOSPITALITY",
)

# form, how often, how much interest it shows
FORMS = (
    ("Solicitud de demo: Página de producto", 16, 1.0),
    ("Contactar con ventas: Precios", 12, 0.95),
    ("Prueba gratuita: Alta", 14, 0.8),
    ("Webinar: Alinear marketing y ventas", 18, 0.5),
    ("Guía descargable: SLA entre marketing y ventas", 22, 0.35),
    ("Suscripción al boletín: Blog", 18, 0.1),
)

# source, how often, multiplier on the odds of winning (shares and win rates of the Olist leads)
SOURCES = (
    ("ORGANIC_SEARCH", 29, 1.1),
    ("PAID_SEARCH", 20, 1.15),
    ("SOCIAL_MEDIA", 12, 0.5),
    ("PAID_SOCIAL", 6, 0.5),
    ("OFFLINE", 12, 1.5),
    ("DIRECT_TRAFFIC", 9, 1.05),
    ("EMAIL_MARKETING", 6, 0.3),
    ("REFERRALS", 4, 0.8),
    ("OTHER_CAMPAIGNS", 2, 0.3),
)

SUBJECTS = (
    "Seguimiento de su solicitud",
    "¿Hablamos esta semana?",
    "Propuesta para {company}",
    "Gracias por su interés",
    "Siguiente paso",
)
BULK_SUBJECTS = ("Novedades de la versión de otoño", "Invitación: desayuno de clientes", "Último aviso: tarifas 2027")
LOST_REASONS = ("Precio", "Eligió a un competidor", "Sin presupuesto", "Sin respuesta", "Proyecto aplazado")
